/** Calls of the server that gave the page. Addresses are relative: the token is in the page's own. */

/** A failure that the server reports, with a message for people. */
class ServerFailure extends Error {
  override readonly name = 'ServerFailure';
}

export async function ask<T>(route: string, query: Record<string, string | undefined> = {}): Promise<T> {
  const words = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) words.set(name, value);
  return answerOf(await reached(`api/${route}?${words}`, {}));
}

export async function command<T>(route: string, body: unknown): Promise<T> {
  return answerOf(await posted(route, body));
}

/** A command that says what happens while it works: one JSON object a line, the last of which is its answer. */
export async function* followed<T>(route: string, body: unknown): AsyncGenerator<T> {
  const response = await posted(route, body);
  if (!response.ok || !response.body) {
    await answerOf(response);
    return;
  }
  let rest = '';
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  for (;;) {
    const { done, value = '' } = await reader.read();
    const lines = (rest + value).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const event = JSON.parse(line);
      if (event.error !== undefined) throw new ServerFailure(event.error);
      yield event;
    }
    if (done) return;
  }
}

function posted(route: string, body: unknown): Promise<Response> {
  const headers = { 'Content-Type': 'application/json' };
  return reached(`api/${route}`, { method: 'POST', headers, body: JSON.stringify(body) });
}

async function reached(address: string, options: RequestInit): Promise<Response> {
  try {
    return await fetch(address, options);
  } catch {
    throw new ServerFailure(
      'The studio has ended on this machine. Start it again: npx positional-lake studio',
    );
  }
}

async function answerOf<T>(response: Response): Promise<T> {
  const answer = await response.json();
  if (!response.ok) throw new ServerFailure(answer.error ?? response.statusText);
  return answer;
}
