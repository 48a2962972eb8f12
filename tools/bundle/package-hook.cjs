// A plugin of the deploy tool, which loads CommonJS: makes dist/<function>.zip afresh before they are packaged, so that what is
// deployed is always what the sources say.
const { spawnSync } = require('node:child_process');
const { join } = require('node:path');

module.exports = class PackageHook {
  constructor() {
    const bundle = () => {
      const { status } = spawnSync(process.execPath, [join(__dirname, 'main.ts')], { stdio: 'inherit' });
      if (status !== 0) throw new Error('The functions could not be bundled; see the lines above.');
    };
    this.hooks = { 'before:package:initialize': bundle };
  }
};
