import { signal } from '@preact/signals';

interface Message {
  tone: 'good' | 'bad' | 'busy';
  text: string;
}

/** What happened last, for everybody to see and for screen readers to say. */
export const message = signal<Message | undefined>(undefined);

export function tell(tone: Message['tone'], text: string): void {
  message.value = { tone, text };
}

/** Does something that takes a while; a failure becomes a message, and undefined. */
export async function trying<T>(what: string, action: () => Promise<T>): Promise<T | undefined> {
  tell('busy', `${what} …`);
  try {
    const value = await action();
    if (message.value?.tone === 'busy') message.value = undefined;
    return value;
  } catch (error) {
    tell('bad', error instanceof Error ? error.message : String(error));
    return undefined;
  }
}
