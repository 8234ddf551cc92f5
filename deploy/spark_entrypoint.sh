#!/bin/sh
# What Spark on Kubernetes starts in its pods: `driver ARGUMENTS` for spark-submit in cluster mode, `executor` for its workers
# (https://spark.apache.org/docs/latest/running-on-kubernetes.html); anything else is run as it stands.
set -eu

# A numeric user has no entry in passwd, and Hadoop asks for a name.
export HADOOP_USER_NAME="${HADOOP_USER_NAME:-fhircheck}"
export SPARK_USER="${SPARK_USER:-fhircheck}"

# Options for the executor's Java come as SPARK_JAVA_OPT_0, SPARK_JAVA_OPT_1 ...; each is one argument, blanks and all.
executor() {
  count=0
  set --
  while eval "[ -n \"\${SPARK_JAVA_OPT_$count+x}\" ]"; do
    eval "set -- \"\$@\" \"\$SPARK_JAVA_OPT_$count\""
    count=$((count + 1))
  done
  exec tini -s -- "${JAVA_HOME:?}/bin/java" "$@" \
    "-Xms${SPARK_EXECUTOR_MEMORY:?}" "-Xmx${SPARK_EXECUTOR_MEMORY}" \
    -cp "${SPARK_CLASSPATH:+$SPARK_CLASSPATH:}${SPARK_HOME:?}/jars/*" \
    org.apache.spark.scheduler.cluster.k8s.KubernetesExecutorBackend \
    --driver-url "${SPARK_DRIVER_URL:?}" \
    --executor-id "${SPARK_EXECUTOR_ID:?}" \
    --cores "${SPARK_EXECUTOR_CORES:?}" \
    --app-id "${SPARK_APPLICATION_ID:?}" \
    --hostname "${SPARK_EXECUTOR_POD_IP:?}" \
    --resourceProfileId "${SPARK_RESOURCE_PROFILE_ID:?}" \
    --podName "${SPARK_EXECUTOR_POD_NAME:?}"
}

case "${1:-}" in
  executor) executor ;;
  driver)
    shift
    exec tini -s -- "${SPARK_HOME:?}/bin/spark-submit" \
      --conf "spark.driver.bindAddress=${SPARK_DRIVER_BIND_ADDRESS:?}" \
      --conf "spark.executorEnv.SPARK_DRIVER_POD_IP=${SPARK_DRIVER_BIND_ADDRESS}" \
      --deploy-mode client "$@"
    ;;
  *) exec tini -s -- "$@" ;;
esac
