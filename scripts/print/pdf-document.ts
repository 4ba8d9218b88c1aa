import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { finished } from 'node:stream/promises'
import PDFDocument from 'pdfkit'
import { Duplicate } from '../../src/errors.ts'
import { registerFonts } from './pdf-fonts.ts'
import { printWords } from './print-language.ts'

/** PostScript points in a millimetre. */
const pointsPerMm = 72 / 25.4

export interface PageSize {
  readonly widthMm: number
  readonly heightMm: number
}

export interface DocumentInfo {
  readonly title: string
  readonly language: 'vi' | 'en'
  readonly at: Date
}

/** Draws on a document that starts without a page. */
export type Draw = (document: PDFKit.PDFDocument) => void | Promise<void>

export function mm(millimetres: number): number {
  return millimetres * pointsPerMm
}

/** A PDF (ISO 32000-1) in memory, which the caller overwrites where it is secret. */
export async function drawPdf(info: DocumentInfo, draw: Draw): Promise<Buffer> {
  const document = openDocument(info)
  const parts: Buffer[] = []
  document.on('data', (part: Buffer) => parts.push(part))
  const ended = once(document, 'end')
  await draw(document)
  document.end()
  await ended
  const whole = Buffer.concat(parts)
  for (const part of parts) part.fill(0)
  return whole
}

/**
 * A PDF as a new file of mode 0600, page by page; where drawing fails, there is no file.
 *
 * @throws Duplicate when the file is there
 */
export async function writePdf(path: string, info: DocumentInfo, draw: Draw): Promise<void> {
  const file = createWriteStream(path, { flags: 'wx', mode: 0o600 })
  await once(file, 'open').catch((error: unknown) => {
    const isThere = error instanceof Error && 'code' in error && error.code === 'EEXIST'
    throw isThere ? new Duplicate(printWords().exists(path), {}, error) : error
  })
  const document = openDocument(info)
  document.pipe(file)
  const written = finished(file)
  try {
    await draw(document)
    document.end()
    await written
  } catch (error) {
    file.destroy()
    await written.catch(() => undefined)
    await rm(path, { force: true })
    throw error
  }
}

function openDocument({ title, language, at }: DocumentInfo): PDFKit.PDFDocument {
  const document = new PDFDocument({
    ...{ autoFirstPage: false, margin: 0, lang: language, displayTitle: true },
    info: { Title: title, CreationDate: at, Producer: 'ecard', Creator: 'ecard' },
  })
  registerFonts(document)
  return document
}

export function addPage(document: PDFKit.PDFDocument, { widthMm, heightMm }: PageSize): void {
  document.addPage({ size: [mm(widthMm), mm(heightMm)], margin: 0 })
}
