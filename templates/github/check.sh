#!/usr/bin/env bash
# What the GitHub Action runs (action.yml): one check, and its report in the forms that GitHub shows.
# Inputs come by the environment. The exit code is an output, so that reports are uploaded before the job fails.
set -euo pipefail

folder=$RUNNER_TEMP/fhircheck
mkdir -p "$folder"
sources=() options=()

# each OPTION LINES: the option once for every line that is not empty
each() {
  local line
  while IFS= read -r line; do
    line=${line%$'\r'}
    if [ -n "$line" ]; then options+=("$1" "$line"); fi
  done <<<"$2"
}

while IFS= read -r line; do
  line=${line%$'\r'}
  if [ -n "$line" ]; then sources+=("$line"); fi
done <<<"${INPUT_PATHS:-.}"
each --package "${INPUT_PACKAGES:-}"
each --profile "${INPUT_PROFILES:-}"
each --fail-on "${INPUT_FAIL_ON:-}"
each --min-score "${INPUT_MIN_SCORE:-}"
while IFS= read -r line; do
  if [ -n "$line" ]; then options+=("${line%$'\r'}"); fi
done <<<"${INPUT_ARGUMENTS:-}"

reports=(--report "$folder/report.html" --report "$folder/report.md")
if [ "${INPUT_SARIF:-true}" = true ]; then
  reports+=(--report "$folder/findings.sarif")
fi

code=0
fhircheck check "${options[@]}" --format json --output "$folder/report.json" "${reports[@]}" -- "${sources[@]}" || code=$?
echo "exit-code=$code" >>"$GITHUB_OUTPUT"
if [ ! -s "$folder/report.json" ]; then
  exit 0
fi
{
  echo "folder=$folder"
  echo "report=$folder/report.json"
  if [ -s "$folder/findings.sarif" ]; then echo "sarif=$folder/findings.sarif"; fi
} >>"$GITHUB_OUTPUT"
cat "$folder/report.md" >>"$GITHUB_STEP_SUMMARY"
