import type { Plugin } from 'esbuild';

const LIBRARY = /[\\/]aws-local-stepfunctions[\\/]/;
const NEVER = 'function never() { throw new Error("Left out of the bundle: no machine of ours calls it."); }';
const NAMES = ['LambdaClient', 'InvokeCommand', 'fromCognitoIdentityPool', 'default'];

/**
 * Leaves out what aws-local-stepfunctions imports and our machines never call: AWS's clients, because each task of ours has a function of
 * its own, and the validator, because `libraryMachine` asks for no validation. Loading them takes a third of a conversion's start.
 */
export const withoutLambda: Plugin = {
  name: 'without-lambda',
  setup({ onResolve, onLoad }) {
    onResolve(
      { filter: /^(@aws-sdk\/(client-lambda|credential-providers)|asl-validator)$/ },
      ({ path, importer }) => (LIBRARY.test(importer) ? { path, namespace: 'never-called' } : undefined),
    );
    onLoad({ filter: /.*/, namespace: 'never-called' }, () => ({
      contents: `${NEVER}\nexport { ${NAMES.map((name) => `never as ${name}`).join(', ')} };`,
    }));
  },
};
