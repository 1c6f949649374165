// What of the API the calls of sdk.test.mjs have exercised, held against the schemas that AWS's client itself is made of: a
// new operation or field of a newer client is a gap until a test uses it.
import { createRequire } from 'node:module';

const sfn = createRequire(import.meta.url)('@aws-sdk/client-sfn');

// The client's own encoding of schemas: [kind, namespace, name, traits, …], a function that gives one, or [schema, traits].
const LIST = 1, STRUCTURE = 3, OPERATION = 9;
const resolve = (schema) => {
  for (;;) {
    if (typeof schema === 'function') schema = schema();
    else if (Array.isArray(schema) && typeof schema[0] !== 'number') schema = schema[0];
    else return schema;
  }
};
const kind = (schema) => (Array.isArray(schema) ? schema[0] : undefined);

/** Every operation of the client: name → {input, output}. */
export const operations = new Map(
  Object.keys(sfn)
    .filter((name) => name.endsWith('Command') && sfn[`${name.slice(0, -'Command'.length)}$`])
    .map((name) => sfn[`${name.slice(0, -'Command'.length)}$`])
    .filter((schema) => kind(schema) === OPERATION)
    .map((schema) => [schema[2], { input: resolve(schema[4]), output: resolve(schema[5]) }]),
);

/** Paths of all members of a structure: `a`, `a.b`, `list[].c`. Structures within themselves end at their second level. */
export function paths(schema, above = '', within = []) {
  const resolved = resolve(schema);
  if (kind(resolved) === LIST) return paths(resolved[4], `${above}[]`, within);
  if (kind(resolved) !== STRUCTURE || within.includes(resolved)) return [];
  return resolved[4].flatMap((member, i) => {
    const path = above ? `${above}.${member}` : member;
    return [path, ...paths(resolved[5][i], path, [...within, resolved])];
  });
}

const seen = new Set();
const mark = (operation, side, value, above = '') => {
  if (Array.isArray(value)) {
    for (const item of value) mark(operation, side, item, `${above}[]`);
  } else if (value && typeof value === 'object' && !(value instanceof Date)) {
    for (const [member, inner] of Object.entries(value)) {
      if (inner === undefined || inner === null) continue;
      const path = above ? `${above}.${member}` : member;
      seen.add(`${operation} ${side} ${path}`);
      mark(operation, side, inner, path);
    }
  }
};

/** Remembers a call that succeeded. */
export function remember(operation, input, answer) {
  seen.add(operation);
  mark(operation, 'in', input);
  mark(operation, 'out', answer);
}

/** `Operation`, `Operation in path`, `Operation out path`: what no call has used or got, in order. */
export function gaps() {
  const found = [];
  for (const [name, { input, output }] of [...operations].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (!seen.has(name)) {
      found.push(name);
      continue;
    }
    for (const [side, schema] of [['in', input], ['out', output]]) {
      for (const path of paths(schema)) {
        const gap = `${name} ${side} ${path}`;
        if (!seen.has(gap)) found.push(gap);
      }
    }
  }
  return found;
}

/** Every member of every input, with a body in which it alone is there and has a JSON type that it cannot have. */
export function* mistypedInputs() {
  const body = (path) => {
    const [first, ...rest] = path;
    if (first === undefined) return [[[]]];
    if (first.endsWith('[]')) {
      let inner = body(rest);
      if (rest.length === 0) inner = [[[]]];
      return { [first.slice(0, -2)]: [inner] };
    }
    // A list of lists of lists is nothing that any member takes.
    return { [first]: rest.length === 0 ? [[[]]] : body(rest) };
  };
  for (const [name, { input }] of operations) {
    for (const path of paths(input)) yield { operation: name, path, body: JSON.stringify(body(path.split('.'))) };
  }
}
