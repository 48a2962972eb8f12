/**
 * What the SDK's clients ask for credentials in a bundled function, in place of `@aws-sdk/credential-provider-node`: Lambda puts those of
 * the function's role into its environment (https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html). The package also
 * looks for profiles, single sign-on, web identities and the metadata of machines: 170 KiB of code that each cold start would load.
 */
export const defaultProvider = () => async () => {
  const {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN,
  } = process.env;
  if (accessKeyId && secretAccessKey)
    return { accessKeyId, secretAccessKey, ...(AWS_SESSION_TOKEN && { sessionToken: AWS_SESSION_TOKEN }) };
  throw new Error(
    "There are no credentials in the environment. A function has its role's there; elsewhere set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.",
  );
};
