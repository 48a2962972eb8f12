import { programAt, type ServerSuite } from './server-suite.ts';

/** vsftpd, as Debian has it, with TLS. */
export const ftpsSuite: ServerSuite = {
  name: 'ftps',
  tests: 'test/servers/ftps.server.ts',
  async lacks() {
    if ((await vsftpdPath()) === undefined)
      return 'there is no /usr/sbin/vsftpd (Debian: vsftpd), and VSFTPD names none';
    return (await programAt('/usr/bin/openssl'))
      ? undefined
      : 'there is no /usr/bin/openssl to make a certificate';
  },
};

export function vsftpdPath(): Promise<string | undefined> {
  return programAt(process.env.VSFTPD, '/usr/sbin/vsftpd');
}
