/** A server that others wrote for AWS's APIs, and how it is installed and started here. */
export interface Twin {
  /** Also that of its list of packages, `tools/python/<name>.txt`. */
  name: string;
  /** Module that Python runs, and its arguments. */
  module: string;
  argumentsFor(port: number): string[];
  environmentFor(port: number, workDir: string): Record<string, string>;
  /** A path that answers once the server is ready. */
  readyPath: string;
}

export const TWINS: Twin[] = [
  {
    name: 'moto',
    module: 'moto.server',
    argumentsFor: (port) => ['-H', '127.0.0.1', '-p', String(port)],
    environmentFor: () => ({}),
    readyPath: '/moto-api/',
  },
  {
    name: 'localstack',
    module: 'localstack.runtime.main',
    argumentsFor: () => [],
    // Its S3 alone, without account, Docker, TLS, DNS or reports to its makers.
    environmentFor: (port, workDir) => ({
      SERVICES: 's3',
      GATEWAY_LISTEN: `127.0.0.1:${port}`,
      USE_SSL: '0',
      SKIP_SSL_CERT_DOWNLOAD: '1',
      DISABLE_EVENTS: '1',
      DNS_ADDRESS: '0',
      FILESYSTEM_ROOT: workDir,
      TMPDIR: workDir,
      XDG_CACHE_HOME: workDir,
    }),
    readyPath: '/_localstack/health',
  },
];
