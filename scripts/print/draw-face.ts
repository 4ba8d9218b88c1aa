import QRCode from 'qrcode'
import type { CardKind } from '../../src/holders/card-kind.ts'
import { printEn } from '../words/print-en.ts'
import { printVi } from '../words/print-vi.ts'
import { cr80, type FaceElement, type FaceField, type FaceTemplate } from './face-template.ts'
import { drawText } from './fit-text.ts'
import { printWords } from './print-language.ts'
import { PhotoUnreadable } from './read-photo.ts'
import { addPage, mm, writePdf } from './pdf-document.ts'

/** What stands on one card. */
export interface FaceContent {
  readonly kind: CardKind
  readonly cardUuid: string
  readonly name: string
  /** null where the person works for nobody, or it is an organisation's card. */
  readonly office: string | null
  readonly position: string | null
  readonly taxCode: string | null
  readonly expiresAt: Date
  /** JPEG or PNG; null leaves the frame empty. */
  readonly photo: Buffer | null
}

export interface FacesOptions {
  readonly templates: Readonly<Record<CardKind, FaceTemplate>>
  /** The house that issues the cards. */
  readonly operator: string
  readonly at: Date
}

/**
 * A new PDF with the front, and where the template has one the back, of each card, a page a side.
 *
 * @returns how many cards
 * @throws PhotoUnreadable for a damaged photograph; whatever `faces` throws; no file is left then
 */
export async function drawFaces(
  path: string,
  faces: Iterable<FaceContent> | AsyncIterable<FaceContent>,
  { templates, operator, at }: FacesOptions,
): Promise<number> {
  const info = { title: printVi.face.title, language: 'vi', at } as const
  let count = 0
  await writePdf(path, info, async (document) => {
    for await (const face of faces) {
      count += 1
      const template = templates[face.kind]
      const texts = textsOf(face, operator)
      for (const elements of [template.front, template.back]) {
        if (elements.length > 0) drawSide(document, elements, { template, face, texts })
      }
    }
  })
  return count
}

type Texts = Readonly<Record<FaceField, string>>

function textsOf(face: FaceContent, operator: string): Texts {
  return {
    operator,
    kind: printVi.kinds[face.kind],
    kindEnglish: printEn.kinds[face.kind],
    name: face.name,
    office: face.office ?? '',
    position: face.position ?? '',
    taxCode: face.taxCode ?? '',
    number: face.cardUuid.toUpperCase(),
    validUntil: new Intl.DateTimeFormat('vi-VN', {
      ...{ day: '2-digit', month: '2-digit', year: 'numeric', timeZone: 'Asia/Ho_Chi_Minh' },
    }).format(face.expiresAt),
    back: `${printVi.face.back} / ${printEn.face.back}`,
    found: `${printVi.face.found} / ${printEn.face.found}`,
  }
}

interface Side {
  readonly template: FaceTemplate
  readonly face: FaceContent
  readonly texts: Texts
}

function drawSide(
  document: PDFKit.PDFDocument,
  elements: readonly FaceElement[],
  side: Side,
): void {
  addPage(document, cr80)
  document.rect(0, 0, mm(cr80.widthMm), mm(cr80.heightMm)).fill(side.template.colours.ground)
  let endMm = 0
  for (const element of elements) endMm = drawElement(document, element, { ...side, endMm })
}

/** @returns where a text that follows may begin */
function drawElement(
  document: PDFKit.PDFDocument,
  element: FaceElement,
  { template, face, texts, endMm }: Side & { readonly endMm: number },
): number {
  const { colours } = template
  switch (element.draw) {
    case 'area':
      document.rect(...boxOf(element)).fill(colours[element.colour])
      return endMm
    case 'waves':
      drawWaves(document, element, colours[element.colour])
      return endMm
    case 'photo':
      drawPhoto(document, element, { photo: face.photo, line: colours.line })
      return endMm
    case 'qr':
      drawQr(document, element, { text: `urn:uuid:${face.cardUuid}`, ink: colours.ink })
      return endMm
    case 'text': {
      const value = texts[element.field]
      if (value === '') return endMm
      const label = element.labelled ? `${printVi.face.labels[element.field]} ` : ''
      const text = element.capitals ? value.toLocaleUpperCase('vi') : value
      const yMm = element.yMm ?? endMm + element.afterMm
      return drawText(document, label + text, {
        ...{ ...element, yMm, colour: colours[element.colour] },
      })
    }
  }
}

interface Place {
  readonly xMm: number
  readonly yMm: number
  readonly widthMm: number
  readonly heightMm: number
}

function boxOf({ xMm, yMm, widthMm, heightMm }: Place): [number, number, number, number] {
  return [mm(xMm), mm(yMm), mm(widthMm), mm(heightMm)]
}

/** Waves whose phase moves on from line to line, so that they cross nowhere and copy badly. */
function drawWaves(
  document: PDFKit.PDFDocument,
  place: Place & { readonly lines: number },
  colour: string,
): void {
  const { xMm, yMm, widthMm, heightMm, lines } = place
  document.save().rect(...boxOf(place))
  document.clip().lineWidth(0.3).strokeColor(colour)
  for (let line = 0; line < lines; line += 1) {
    const middle = yMm + (heightMm * line) / (lines - 1)
    for (let x = 0; x <= widthMm; x += 1) {
      const angle = (x / widthMm) * 4 * Math.PI + line * 0.35
      const y = middle + Math.sin(angle) * 2.2 + Math.sin(angle * 0.5) * 1.4
      if (x === 0) document.moveTo(mm(xMm), mm(y))
      else document.lineTo(mm(xMm + x), mm(y))
    }
    document.stroke()
  }
  document.restore()
}

/** Fills the frame; what is wider or higher than it is cut evenly on both sides. */
function drawPhoto(
  document: PDFKit.PDFDocument,
  place: Place,
  { photo, line }: { readonly photo: Buffer | null; readonly line: string },
): void {
  const [x, y, width, height] = boxOf(place)
  document.save().rect(x, y, width, height).fill('#ffffff').restore()
  if (photo !== null) {
    document.save().rect(x, y, width, height).clip()
    embed(document, photo, { x, y, width, height })
    document.restore()
  } else drawSilhouette(document, place, line)
  document.rect(x, y, width, height).lineWidth(0.5).stroke(line)
}

/** What begins like an image may still be none. */
function embed(
  document: PDFKit.PDFDocument,
  photo: Buffer,
  { x, y, width, height }: { x: number; y: number; width: number; height: number },
): void {
  try {
    document.image(photo, x, y, { cover: [width, height], align: 'center', valign: 'center' })
  } catch (cause) {
    throw new PhotoUnreadable(printWords().damagedPhoto, { fault: 'photo-not-an-image' }, cause)
  }
}

/** Where the photograph is missing, one sees that one belongs there. */
function drawSilhouette(document: PDFKit.PDFDocument, place: Place, line: string): void {
  const [x, y, width, height] = boxOf(place)
  document.save().rect(x, y, width, height).clip()
  document.circle(x + width / 2, y + height * 0.38, width * 0.2).fill(line)
  document.ellipse(x + width / 2, y + height, width * 0.38, height * 0.36).fill(line)
  document.restore()
}

/** Dark squares on white with the quiet zone that readers need (ISO/IEC 18004 §6.3.8). */
function drawQr(
  document: PDFKit.PDFDocument,
  { xMm, yMm, widthMm }: Omit<Place, 'heightMm'>,
  { text, ink }: { readonly text: string; readonly ink: string },
): void {
  const { modules } = QRCode.create(text, { errorCorrectionLevel: 'M' })
  const quiet = 3
  const side = mm(widthMm) / (modules.size + 2 * quiet)
  document.rect(mm(xMm), mm(yMm), mm(widthMm), mm(widthMm)).fill('#ffffff')
  for (let row = 0; row < modules.size; row += 1) {
    for (let column = 0; column < modules.size; column += 1) {
      if (modules.get(row, column) === 0) continue
      const [x, y] = [mm(xMm) + (column + quiet) * side, mm(yMm) + (row + quiet) * side]
      // A hair wider than a module: else some viewers show seams between them.
      document.rect(x, y, side + 0.03, side + 0.03)
    }
  }
  document.fill(ink)
}
