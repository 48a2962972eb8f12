// A plugin of the deploy tool, which loads CommonJS. Before the functions are packaged it bundles them into dist/ of the project that
// is packaged, so that the deployed code is always that of the sources. When the template is complete it lets the state machine call the
// version of each function that the deployment publishes, so that an execution ends with the code that it began with.
const { spawnSync } = require('node:child_process');
const { join } = require('node:path');

module.exports = class PackageHook {
  constructor(serverless) {
    const { serviceDir, service } = serverless;
    const bundle = () => {
      const main = [join(__dirname, 'main.ts'), join(serviceDir, 'dist')];
      const { status } = spawnSync(process.execPath, main, { stdio: 'inherit' });
      if (status !== 0) throw new Error('The functions could not be bundled; see the lines above.');
    };
    const pin = () => pinVersions(service.provider.compiledCloudFormationTemplate.Resources);
    this.hooks = {
      'before:package:initialize': bundle,
      // By then the template has the resources of serverless.yml.
      'after:aws:package:finalize:mergeCustomProviderResources': pin,
    };
  }
};

/**
 * In the state machine, { "Fn::GetAtt": ["ParserLambdaFunction", "Arn"] } becomes { "Ref": "ParserLambdaVersion…" }, the ARN with the
 * number of the version. The deploy tool names a version after the hash of its code and settings, so only it can say the name:
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-version.html#aws-resource-lambda-version-return-values
 */
function pinVersions(resources) {
  const versions = new Map();
  for (const [id, { Type, Properties }] of Object.entries(resources)) {
    if (Type === 'AWS::Lambda::Version') versions.set(Properties.FunctionName.Ref, id);
  }
  for (const { Type, Properties } of Object.values(resources)) {
    if (Type !== 'AWS::StepFunctions::StateMachine') continue;
    for (const [name, value] of Object.entries(Properties.DefinitionSubstitutions)) {
      const called = value['Fn::GetAtt']?.[0];
      if (versions.has(called)) Properties.DefinitionSubstitutions[name] = { Ref: versions.get(called) };
    }
  }
}
