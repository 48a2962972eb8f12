/** An answer with which S3 refuses a request: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
export class Refusal extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message = code) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export function noSuchKey(): Refusal {
  return new Refusal(404, 'NoSuchKey', 'The specified key does not exist.');
}

export function invalidRequest(message: string): Refusal {
  return new Refusal(400, 'InvalidRequest', message);
}

export function invalidArgument(message: string): Refusal {
  return new Refusal(400, 'InvalidArgument', message);
}
