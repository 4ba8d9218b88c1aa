import type { FontWeight } from './pdf-fonts.ts'
import { mm } from './pdf-document.ts'

export interface TextBox {
  readonly xMm: number
  readonly yMm: number
  readonly widthMm: number
  readonly weight: FontWeight
  /** In points; the text shrinks from here until it fits. */
  readonly size: number
  /** Smaller than this nobody reads it: what does not fit then is cut with an ellipsis. */
  readonly minSize: number
  readonly lines: number
  readonly colour: string
  readonly align?: 'left' | 'center' | 'right'
}

const step = 0.25
/** Of the font size: Vietnamese capitals carry two storeys of marks. */
const lineHeight = 1.32

/** The text as lines, and how large: as large as it may be, on as few lines as that takes. */
export interface FittedText {
  readonly lines: readonly string[]
  readonly size: number
}

/**
 * Breaks between words only. At the smallest size, what is left over ends in an ellipsis.
 *
 * @param widthOf - the width of a text in points, at a size
 */
export function fitText(
  text: string,
  { widthMm, size, minSize, lines }: Pick<TextBox, 'widthMm' | 'size' | 'minSize' | 'lines'>,
  widthOf: (text: string, size: number) => number,
): FittedText {
  const words = text.normalize('NFC').trim().split(/\s+/)
  for (let tried = size; ; tried -= step) {
    const current = Math.max(tried, minSize)
    const fits = (line: string) => widthOf(line, current) <= mm(widthMm)
    const broken = breakLines(words, fits)
    const isWhole = broken.length <= lines && broken.every(fits)
    if (isWhole) return { lines: broken, size: current }
    if (current === minSize) return { lines: cut(broken, lines, fits), size: current }
  }
}

function breakLines(words: readonly string[], fits: (line: string) => boolean): string[] {
  const lines: string[] = []
  for (const word of words) {
    const longer = lines.length === 0 ? word : `${lines.at(-1)} ${word}`
    if (lines.length > 0 && fits(longer)) lines[lines.length - 1] = longer
    else lines.push(word)
  }
  return lines
}

function cut(
  broken: readonly string[],
  count: number,
  fits: (line: string) => boolean,
): readonly string[] {
  return broken.slice(0, count).map((line, at) => {
    const isLast = at === count - 1 && broken.length > count
    let letters = Array.from(isLast ? `${line}…` : line)
    while (!fits(letters.join('')) && letters.length > 1)
      letters = [...letters.slice(0, letters.at(-1) === '…' ? -2 : -1), '…']
    return letters.join('')
  })
}

/** How much of the room beside a line stands on its left. */
const shares = { left: 0, center: 0.5, right: 1 } as const

/** Draws the text from the top of its box down. @returns where the next thing may begin, in mm */
export function drawText(document: PDFKit.PDFDocument, text: string, box: TextBox): number {
  document.font(box.weight)
  const widthOf = (line: string, size: number) => document.fontSize(size).widthOfString(line)
  const { lines, size } = fitText(text, box, widthOf)
  document.fontSize(size).fillColor(box.colour)
  const step = size * lineHeight
  for (const [at, line] of lines.entries()) {
    const free = mm(box.widthMm) - widthOf(line, size)
    const shift = free * shares[box.align ?? 'left']
    document.text(line, mm(box.xMm) + shift, mm(box.yMm) + at * step, { lineBreak: false })
  }
  return box.yMm + (lines.length * step) / mm(1)
}
