#!/bin/sh
# The steps that Containerfile runs, one a call; outside of an engine the tests run the same ones.
#
#   image_build.sh wheels SOURCE WHEELS EXTRAS    wheels of fhircheck and of all it needs; nothing is compiled here
#   image_build.sh install WHEELS PREFIX EXTRAS   a virtual environment out of these wheels alone, without pip in it
#   image_build.sh definitions PREFIX CACHE DATA  the compiled base profiles, so that the first run need not make them
#
# EXTRAS: names with commas between, such as postgres,serve; empty for none. SOURCE_DATE_EPOCH: seconds since 1970 that
# all files get as their time, so that equal inputs give equal layers; 0 where it is not set. IMAGE_PIP_OPTIONS: more
# options for pip in both steps, with blanks between.
set -eu

say() { printf '%s\n' "image_build: $*" >&2; }

with_extras() { if [ -n "$2" ]; then printf '%s[%s]' "$1" "$2"; else printf '%s' "$1"; fi; }

wheels() {
  source=$1 wheels=$2 extras=$3
  constraints=$source/deploy/constraints.txt
  mkdir -p "$wheels"
  # only-binary: what has no wheel fails here, where it is seen, and needs no compiler
  # shellcheck disable=SC2086
  python3 -m pip wheel --disable-pip-version-check --no-cache-dir --only-binary=:all: \
    ${IMAGE_PIP_OPTIONS:-} --constraint "$constraints" --wheel-dir "$wheels" "$(with_extras "$source" "$extras")"
}

install() {
  wheels=$1 prefix=$2 extras=$3
  python3 -m venv "$prefix"
  # shellcheck disable=SC2086
  "$prefix/bin/python3" -m pip install --disable-pip-version-check --no-cache-dir --no-index --no-compile \
    ${IMAGE_PIP_OPTIONS:-} --find-links "$wheels" "$(with_extras fhircheck "$extras")"
  # what installs software is left out of what runs
  "$prefix/bin/python3" -m pip uninstall --disable-pip-version-check --yes --quiet setuptools pip
  rm -f "$prefix"/bin/activate "$prefix"/bin/activate.* "$prefix"/bin/Activate.ps1
  settle "$prefix"
}

# One time for all files, and compiled Python that does not ask for it: the cache knows the code by its files' times.
settle() {
  find "$1" -name __pycache__ -type d -prune -exec rm -rf {} +
  find "$1" -exec touch -h -d "@${SOURCE_DATE_EPOCH:-0}" {} +
  "$1/bin/python3" -m compileall -q --invalidation-mode unchecked-hash "$1/lib"
}

definitions() {
  prefix=$1 cache=$2 data=$3
  mkdir -p "$cache"
  FHIRCHECK_CACHE=$cache "$prefix/bin/fhircheck" check --offline --fail-on never --format json "$data" >/dev/null
  chmod -R a+rX "$cache"
  find "$cache" -exec touch -h -d "@${SOURCE_DATE_EPOCH:-0}" {} +
  say "$(find "$cache" -type f | wc -l) compiled definitions"
}

if [ $# -ne 4 ]; then
  say "one of: wheels SOURCE WHEELS EXTRAS | install WHEELS PREFIX EXTRAS | definitions PREFIX CACHE DATA"
  exit 2
fi
step=$1
shift
case $step in
  wheels | install | definitions) "$step" "$@" ;;
  *)
    say "no step is called $step"
    exit 2
    ;;
esac
