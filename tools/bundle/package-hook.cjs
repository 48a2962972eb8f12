// A plugin of the deploy tool, which loads CommonJS. Before the functions are packaged it bundles them into dist/ of the project that
// is packaged, so that the deployed code is always that of the sources.
const { spawnSync } = require('node:child_process');
const { join } = require('node:path');

module.exports = class PackageHook {
  constructor({ serviceDir }) {
    const bundle = () => {
      const main = [join(__dirname, 'main.ts'), join(serviceDir, 'dist')];
      const { status } = spawnSync(process.execPath, main, { stdio: 'inherit' });
      if (status !== 0) throw new Error('The functions could not be bundled; see the lines above.');
    };
    this.hooks = { 'before:package:initialize': bundle };
  }
};
