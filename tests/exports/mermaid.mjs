// mermaid.mjs MODULES FILE: what kind of diagram it is, by Mermaid's own parser; exit 1 and why, if it is none.
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
const [modules, file] = process.argv.slice(2);
const need = createRequire(modules + '/');
const { JSDOM } = need('jsdom');
globalThis.window = new JSDOM('<body></body>').window;
globalThis.document = window.document;
const { default: mermaid } = await import(modules + '/mermaid/dist/mermaid.core.mjs');
console.log((await mermaid.parse(readFileSync(file, 'utf8'))).diagramType);
