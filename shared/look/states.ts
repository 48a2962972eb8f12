import { html, type Markup } from './markup.ts';

/** How a state is meant. The sign says it without a colour. */
export type Tone = 'good' | 'warn' | 'bad' | 'busy' | 'plain';

const SIGNS: Record<Tone, string> = { good: '✓', warn: '!', bad: '✕', busy: '…', plain: '·' };

/** A word for a state, with its sign: `✓ published`. */
export function stateWord(tone: Tone, word: string): Markup {
  return html`<span class="state ${tone}"><span aria-hidden="true">${SIGNS[tone]}</span>${word}</span>`;
}
