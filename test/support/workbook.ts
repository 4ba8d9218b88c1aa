import { crc32, deflateRawSync } from 'node:zlib'
import writeXlsxFile from 'write-excel-file/node'

/** A workbook with one sheet of texts, as a spreadsheet library writes it. */
export function textWorkbook(rows: readonly (readonly string[])[]): Promise<Buffer> {
  const cells = rows.map((row) =>
    row.map((value) => (value === '' ? null : { value, type: String })),
  )
  return writeXlsxFile(cells).toBuffer()
}

export interface HandMadeSheet {
  readonly name: string
  /** What stands in `<sheetData>`. */
  readonly rows: string
  /** What stands behind it. */
  readonly behind?: string
  readonly state?: 'hidden'
}

export interface HandMadeWorkbook {
  readonly sheets: readonly HandMadeSheet[]
  /** What stands in `<sst>`. */
  readonly sharedStrings?: string
  /** Parts in place of the ones made here, and more; null leaves a part out. */
  readonly parts?: Readonly<Record<string, string | Buffer | null>>
}

const xml = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main'
const documents = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
const packages = 'http://schemas.openxmlformats.org/package/2006/relationships'

/**
 * A workbook written byte by byte (ECMA-376), so that it can hold what libraries do not write:
 * formulas, merged cells, parts in an odd order, damage. The sheets come before the texts that
 * they refer to.
 */
export function handMadeWorkbook(workbook: HandMadeWorkbook): Buffer {
  return zip({ ...partsOf(workbook), ...workbook.parts })
}

function partsOf({ sheets, sharedStrings }: HandMadeWorkbook): Record<string, string> {
  const numbered = sheets.map((sheet, index) => ({ ...sheet, id: index + 1 }))
  const relations = numbered.map(
    ({ id }) =>
      `<Relationship Id="rId${id}" Type="${documents}/worksheet" Target="worksheets/sheet${id}.xml"/>`,
  )
  const shared = `<Relationship Id="rIdS" Type="${documents}/sharedStrings" Target="/xl/sharedStrings.xml"/>`
  const entries = numbered.map(
    ({ id, name, state = 'visible' }) =>
      `<sheet name="${name}" sheetId="${id}" state="${state}" r:id="rId${id}"/>`,
  )
  return {
    ...Object.fromEntries(
      numbered.map(({ id, rows, behind = '' }) => [
        `xl/worksheets/sheet${id}.xml`,
        `${xml}<worksheet xmlns="${main}"><sheetData>${rows}</sheetData>${behind}</worksheet>`,
      ]),
    ),
    '_rels/.rels': `${xml}<Relationships xmlns="${packages}"><Relationship Id="rId1" Type="${documents}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
    'xl/workbook.xml': `${xml}<workbook xmlns="${main}" xmlns:r="${documents}"><sheets>${entries.join('')}</sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': `${xml}<Relationships xmlns="${packages}">${relations.join('')}${sharedStrings === undefined ? '' : shared}</Relationships>`,
    ...(sharedStrings !== undefined && {
      'xl/sharedStrings.xml': `${xml}<sst xmlns="${main}">${sharedStrings}</sst>`,
    }),
  }
}

/** A row of texts that stand in their cells. */
export function inlineRow(line: number, texts: readonly string[]): string {
  const cells = texts.map((text) => `<c t="inlineStr"><is><t>${text}</t></is></c>`)
  return `<row r="${line}">${cells.join('')}</row>`
}

export interface ZipOptions {
  /** What the archive says that each part unpacks to, in place of the truth. */
  readonly saidSize?: number
  /** General purpose bit 0: the part is encrypted. */
  readonly isEncrypted?: boolean
}

/** A zip archive (APPNOTE.TXT 6.3), deflated. */
export function zip(
  parts: Readonly<Record<string, string | Buffer | null>>,
  options: ZipOptions = {},
): Buffer {
  const locals: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const [name, content] of Object.entries(parts)) {
    if (content === null) continue
    const header = zipHeader(name, Buffer.from(content), options)
    const data = deflateRawSync(content)
    const local = Buffer.concat([Buffer.from('504b0304', 'hex'), header, Buffer.from(name), data])
    const place = Buffer.alloc(14)
    place.writeUInt32LE(offset, 10)
    directory.push(
      Buffer.from('504b01021400', 'hex'),
      Buffer.concat([header, place, Buffer.from(name)]),
    )
    locals.push(local)
    offset += local.length
  }
  const central = Buffer.concat(directory)
  const end = Buffer.alloc(22)
  end.write('504b0506', 'hex')
  end.writeUInt16LE(locals.length, 8)
  end.writeUInt16LE(locals.length, 10)
  end.writeUInt32LE(central.length, 12)
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([...locals, central, end])
}

/** What the local header and the central directory have in common, without the offset fields. */
function zipHeader(name: string, content: Buffer, { saidSize, isEncrypted }: ZipOptions): Buffer {
  const header = Buffer.alloc(26)
  header.writeUInt16LE(20, 0)
  header.writeUInt16LE(isEncrypted === true ? 0x801 : 0x800, 2)
  header.writeUInt16LE(8, 4)
  header.writeUInt32LE(crc32(content), 10)
  header.writeUInt32LE(deflateRawSync(content).length, 14)
  header.writeUInt32LE(saidSize ?? content.length, 18)
  header.writeUInt16LE(Buffer.byteLength(name), 22)
  return header
}
