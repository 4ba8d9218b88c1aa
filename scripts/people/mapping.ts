import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { folded, type ListShape, type Mapping } from './columns.ts'
import { PeopleFileRefused } from './people-file-refused.ts'

const mappingBytes = 64 * 1024

/**
 * A file such as `{ "Tên nhân sự": "displayName", "Mã NS": "nationalNumber" }`: the header of a
 * column and the field that it holds.
 *
 * @throws PeopleFileRefused `not-readable`, `mapping-invalid`
 */
export async function readMapping<Field extends string>(
  path: string,
  { headers }: ListShape<Field>,
): Promise<Mapping<Field>> {
  const fields = Object.keys(headers) as [Field, ...Field[]]
  const shape = z.record(z.string().min(1), z.enum(fields))
  const read = shape.safeParse(parse(await readText(path)))
  if (!read.success) throw invalid(fields)
  const entries = Object.entries(read.data) as [string, Field][]
  if (new Set(entries.map(([name]) => folded(name))).size < entries.length) throw invalid(fields)
  return new Map(entries)
}

async function readText(path: string): Promise<string> {
  const bytes = await readFile(path).catch((error: unknown) => {
    throw new PeopleFileRefused('not-readable', { path }, { cause: error })
  })
  if (bytes.length > mappingBytes)
    throw new PeopleFileRefused('file-too-large', { limit: mappingBytes })
  return bytes.toString('utf8').replace(/^\uFEFF/, '')
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function invalid(fields: readonly string[]): PeopleFileRefused {
  return new PeopleFileRefused('mapping-invalid', { fields: fields.join(', ') })
}
