import { programAt, type ServerSuite } from './server-suite.ts';

/** OpenSSH's server, as Debian has it. */
export const sftpSuite: ServerSuite = {
  name: 'sftp',
  tests: 'test/servers/sftp.server.ts',
  async lacks() {
    const sshd = await sshdPath();
    return sshd === undefined
      ? 'there is no /usr/sbin/sshd (Debian: openssh-server), and SSHD names none'
      : undefined;
  },
};

export function sshdPath(): Promise<string | undefined> {
  return programAt(process.env.SSHD, '/usr/sbin/sshd');
}
