// Turns a Parquet file into JSON lines, one row a line: node parquet_lines.mjs PARQUET_FILE LINES_FILE
//
// Started by Stepwell (integrations/items/parquet_program.cpp). One row group is in memory at a time. What is wrong is said
// in one line on standard error, with exit status 1.
import { closeSync, openSync, writeSync } from 'node:fs';
import { asyncBufferFromFile, parquetMetadataAsync, parquetRead } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';

// Step Functions Developer Guide, "ItemReader (Map)": what it reads of Parquet.
const MAX_ROW_GROUP_BYTES = 256 * 1024 * 1024;
const MAX_FOOTER_BYTES = 5 * 1024 * 1024;
const WRITE_BYTES = 1024 * 1024;

const iso = (milliseconds) => new Date(Number(milliseconds)).toISOString();
// Dates are text, a day without its time.
const parsers = {
  dateFromDays: (days) => new Date(days * 86_400_000).toISOString().slice(0, 10),
  timestampFromMilliseconds: (ms) => iso(ms),
  timestampFromMicroseconds: (us) => iso(us / 1000n),
  timestampFromNanoseconds: (ns) => iso(ns / 1_000_000n),
};

// JSON of a value as hyparquet gives it: whole numbers of 64 bits with all their digits.
function json(value) {
  switch (typeof value) {
    case 'bigint':
      return value.toString();
    case 'number':
      return Number.isFinite(value) ? JSON.stringify(value) : 'null';
    case 'string':
      return JSON.stringify(value.toWellFormed?.() ?? value);
    case 'boolean':
      return String(value);
    case 'object':
      break;
    default:
      return 'null';
  }
  if (value === null) return 'null';
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'null' : JSON.stringify(value);
  if (value instanceof Uint8Array) return JSON.stringify(Buffer.from(value).toString('base64'));
  if (Array.isArray(value) || ArrayBuffer.isView(value)) return `[${Array.from(value, json).join(',')}]`;
  return `{${Object.entries(value).map(([key, member]) => `${JSON.stringify(key)}:${json(member)}`).join(',')}}`;
}

class Lines {
  constructor(path) {
    this.file = openSync(path, 'w');
    this.text = '';
  }
  add(line) {
    this.text += line + '\n';
    if (this.text.length >= WRITE_BYTES) this.flush();
  }
  flush() {
    let bytes = Buffer.from(this.text);
    this.text = '';
    while (bytes.length > 0) bytes = bytes.subarray(writeSync(this.file, bytes));
  }
  close() {
    this.flush();
    closeSync(this.file);
  }
}

// The columns of one row group, each a function from a row's number in the group to its value.
async function columnsOf(file, metadata, rowStart, rowEnd) {
  const chunks = new Map();
  await parquetRead({
    file,
    metadata,
    compressors,
    parsers,
    rowStart,
    rowEnd,
    onChunk({ columnName, columnData, rowStart: start }) {
      if (!chunks.has(columnName)) chunks.set(columnName, []);
      chunks.get(columnName).push({ start, columnData });
    },
  });
  return [...chunks].map(([name, parts]) => {
    parts.sort((a, b) => a.start - b.start);
    let part = 0;
    return {
      key: JSON.stringify(name),
      at(row) {
        while (row >= parts[part].start + parts[part].columnData.length) part += 1;
        return parts[part].columnData[row - parts[part].start];
      },
    };
  });
}

async function convert(from, to) {
  const file = await asyncBufferFromFile(from);
  if (file.byteLength < 12) throw new Error('the file is too short');
  const metadata = await parquetMetadataAsync(file, { geoparquet: false, parsers });
  if (metadata.metadata_length > MAX_FOOTER_BYTES) throw new Error('its footer is larger than 5 MB');
  const lines = new Lines(to);
  const order = metadata.schema.length > 0 ? topLevelNames(metadata.schema) : [];
  let rowStart = 0;
  for (const group of metadata.row_groups) {
    if (Number(group.total_byte_size) > MAX_ROW_GROUP_BYTES) throw new Error('a row group is larger than 256 MB');
    const rowEnd = rowStart + Number(group.num_rows);
    if (rowEnd > rowStart) {
      const columns = await columnsOf(file, metadata, rowStart, rowEnd);
      columns.sort((a, b) => order.indexOf(a.key) - order.indexOf(b.key));
      for (let row = rowStart; row < rowEnd; row += 1) {
        lines.add(`{${columns.map((column) => `${column.key}:${json(column.at(row))}`).join(',')}}`);
      }
    }
    rowStart = rowEnd;
  }
  lines.close();
}

// The schema is a list of nodes, each followed by its children.
function topLevelNames(schema) {
  const names = [];
  let index = 1;
  const skip = () => {
    const children = schema[index].num_children ?? 0;
    index += 1;
    for (let child = 0; child < children; child += 1) skip();
  };
  while (index < schema.length) {
    names.push(JSON.stringify(schema[index].name));
    skip();
  }
  return names;
}

const [from, to] = process.argv.slice(2);
convert(from, to).catch((error) => {
  process.stderr.write(`${String(error.message).split('\n')[0]}\n`);
  process.exitCode = 1;
});
