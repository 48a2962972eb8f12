/** What SNS, CloudWatch and Step Functions refuse beside members that they do not know. Each answers with the fault, or undefined. */

const KIB_256 = 256 * 1024;

/**
 * A name has 1 to 80 characters, without white space, brackets, wildcards, special and control characters; the input is JSON of at most 256 KiB.
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
 */
export function executionFault({
  name = '',
  input = '{}',
}: {
  name?: string;
  input?: string;
}): string | undefined {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that the service names
  const forbidden = /[\s<>{}[\]?*"#%\\^|~`$&,;:/\u0000-\u001f\u007f-\u009f\ufffe\uffff\ud800-\udfff]/;
  if (name.length < 1 || name.length > 80 || forbidden.test(name)) return `InvalidName: '${name}'`;
  if (Buffer.byteLength(input) > KIB_256) return 'InvalidExecutionInput: more than 256 KiB';
  try {
    JSON.parse(input);
    return undefined;
  } catch {
    return 'InvalidExecutionInput: no JSON';
  }
}

/**
 * A subject is ASCII, begins with a letter, number or punctuation mark, has no line breaks and less than 100 characters; a message has
 * at most 256 KiB and is not empty. https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
 */
export function messageFault({
  Subject,
  Message,
}: {
  Subject?: string;
  Message?: string;
}): string | undefined {
  if (Subject !== undefined && !/^[\x21-\x7e][\x20-\x7e]{0,98}$/.test(Subject)) {
    return `InvalidParameter: Subject '${Subject}'`;
  }
  if (!Message) return 'InvalidParameter: Empty message';
  return Buffer.byteLength(Message) > KIB_256 ? 'InvalidParameter: Message too long' : undefined;
}

export interface SentMetric {
  MetricName: string;
  Value: number;
  Unit?: string;
  /** Seconds since 1970. */
  Timestamp?: number;
  Dimensions?: { Name: string; Value: string }[];
}

const DAY_SECONDS = 24 * 60 * 60;

/**
 * At most 1,000 metrics a request, 30 dimensions a metric, from two weeks ago to two hours ahead, no special values, none of AWS's namespaces.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html and API_MetricDatum.html
 */
export function metricsFault(
  Namespace: string,
  metrics: SentMetric[],
  nowSeconds: number,
): string | undefined {
  if (!/^[0-9A-Za-z.\-_/#: ]{1,255}$/.test(Namespace) || Namespace.startsWith('AWS/'))
    return `Namespace ${Namespace}`;
  if (metrics.length > 1000) return `${metrics.length} metrics, and 1000 are the most`;
  for (const { MetricName, Value, Timestamp = nowSeconds, Dimensions = [] } of metrics) {
    if (MetricName.length < 1 || MetricName.length > 255) return `MetricName '${MetricName}'`;
    if (!Number.isFinite(Value) || Math.abs(Value) > 2 ** 360) return `${MetricName} is ${Value}`;
    if (Timestamp < nowSeconds - 14 * DAY_SECONDS || Timestamp > nowSeconds + DAY_SECONDS / 12) {
      return `${MetricName} has the time ${Timestamp}`;
    }
    if (Dimensions.length > 30) return `${MetricName} has ${Dimensions.length} dimensions`;
    for (const { Name, Value: held } of Dimensions) {
      const isName = /^[\x21-\x39\x3b-\x7e][\x20-\x7e]{0,254}$/.test(Name);
      if (!isName || !/^(?=.*\S)[\x20-\x7e]{1,1024}$/.test(held))
        return `${MetricName} by ${Name} = '${held}'`;
    }
  }
  return undefined;
}
