import { readFile, writeFile } from 'node:fs/promises';
import { hoverTexts } from './hover-texts.ts';
import { layoutJsonSchema } from './layout-json-schema.ts';

/** `npm run layout-schema`: writes the JSON Schema of layouts from the validator and docs/layouts.md. */
const markdown = await readFile(new URL('../../docs/layouts.md', import.meta.url), 'utf8');
const file = new URL('../../docs/layout.schema.json', import.meta.url);
await writeFile(file, `${JSON.stringify(layoutJsonSchema(hoverTexts(markdown)), null, 1)}\n`);
