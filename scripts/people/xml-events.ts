import { SaxesParser } from 'saxes'
import { PeopleFileRefused } from './people-file-refused.ts'
import { toDamage } from './workbook-parts.ts'

/** What a reader of one kind of XML part does; names come without their prefix. */
export interface XmlReader {
  open?(name: string, attributes: Readonly<Record<string, string>>): void
  text?(text: string): void
  close?(name: string): void
}

/**
 * Drives `reader` through a part and hands over after each piece of it, so that whoever consumes
 * what the reader has gathered keeps memory bounded.
 *
 * @throws PeopleFileRefused `workbook-damaged` for XML that is not well formed or declares a DTD
 */
export async function* xmlEvents(
  pieces: AsyncIterable<Buffer>,
  reader: XmlReader,
): AsyncGenerator<undefined> {
  const parser = createParser(reader)
  const decoder = new TextDecoder('utf-8', { fatal: true })
  try {
    for await (const piece of pieces) {
      parser.write(decoder.decode(piece, { stream: true }))
      yield
    }
    parser.write(decoder.decode()).close()
    yield
  } catch (error) {
    throw toDamage(error)
  }
}

/** Reads a whole part; for small ones. */
export async function readXml(pieces: AsyncIterable<Buffer>, reader: XmlReader): Promise<void> {
  const events = xmlEvents(pieces, reader)
  while ((await events.next()).done !== true);
}

function createParser(reader: XmlReader): SaxesParser {
  const parser = new SaxesParser()
  parser.on('error', (error) => {
    throw error
  })
  parser.on('doctype', () => {
    throw new PeopleFileRefused('workbook-damaged')
  })
  parser.on('opentag', ({ name, attributes }) => reader.open?.(localName(name), attributes))
  parser.on('text', (text) => reader.text?.(text))
  parser.on('cdata', (text) => reader.text?.(text))
  parser.on('closetag', ({ name }) => reader.close?.(localName(name)))
  return parser
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1)
}
