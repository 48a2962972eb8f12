// Plain JavaScript on purpose: it must run on the old Node that it refuses.
const REQUIRED_MAJOR = 24;
const major = Number(process.versions.node.split('.')[0]);
if (major < REQUIRED_MAJOR) {
  console.error(
    `This project needs Node ${REQUIRED_MAJOR} or newer, and this is Node ${process.versions.node}. ` +
      'Run "npm ci" first: it installs the right Node inside the project, and npm scripts then use that one, ' +
      'whatever the machine has. Start things with npm (for example "npm start"), not with "node" directly.',
  );
  process.exit(2);
}
