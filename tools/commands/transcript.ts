import { pasted, type Said, type TypedCommand } from './typed-command.ts';

/** What was typed on a lake, as a script that does the same again. */
export class Transcript {
  private readonly lines: string[] = [];
  private readonly written = new Map<string, string>();

  note(text: string): void {
    this.lines.push(`# ${text}`);
  }

  shell(line: string): void {
    this.lines.push(line);
  }

  typed(command: TypedCommand, { code, signal, err }: Said, how?: string): void {
    for (const { path, bytes } of command.files) {
      const text = Buffer.from(bytes).toString('base64');
      if (this.written.get(path) === text) continue;
      this.written.set(path, text);
      this.lines.push(`base64 -d > ${path} <<< ${text}`);
    }
    const ended = [how, `ends with ${signal ?? code}`].filter(Boolean).join(', ');
    const error =
      code === 0
        ? ''
        : err
            .trim()
            .split('\n')
            .slice(0, 3)
            .map((line) => `\n#   ${line.slice(0, 400)}`)
            .join('');
    this.lines.push(`${pasted(command)}   # ${ended}${error}`);
  }

  script(): string {
    return ['mkdir -p layouts', ...this.lines].join('\n');
  }
}
