#!/usr/bin/env bash
# Deploys what was packaged, sends a small night through the stage, watches its alarms, and goes back if something is wrong.
#   tools/delivery/deploy-stage.sh dev
# Needs credentials of the stage's account, the aws command line, and dist/package-<stage> from the packaging step.
set -euo pipefail
stage="$1"
watch_minutes="${WATCH_MINUTES:-10}"
cd "$(dirname "$0")/../.."

# The latest deployment before this one; empty the first time.
before="$(npx serverless deploy list --stage "$stage" 2>/dev/null | sed -n 's/^.*Timestamp: *\([0-9]*\).*$/\1/p' | tail -1 || true)"
npx serverless deploy --stage "$stage" --package "dist/package-$stage"

alarms() {
  aws cloudwatch describe-alarms --alarm-name-prefix "positional-lake-$stage-" --state-value ALARM \
    --query 'MetricAlarms[].AlarmName' --output text
}

failed=""
if [ "$stage" != prod ] && ! npm run -s smoke -- --stage "$stage"; then failed="the smoke test failed"; fi
for _ in $(seq "$watch_minutes"); do
  [ -n "$failed" ] && break
  ringing="$(alarms)"
  [ -n "$ringing" ] && failed="alarms: $ringing"
  sleep 60
done
[ -z "$failed" ] && { echo "$stage: deployed, and quiet for $watch_minutes minutes"; exit 0; }

echo "$stage: $failed" >&2
if [ -n "$before" ]; then
  npx serverless rollback --stage "$stage" --timestamp "$before"
  echo "$stage: back at the deployment $before" >&2
else
  echo "$stage: there is no deployment to go back to; the stack stays as it is" >&2
fi
exit 1
