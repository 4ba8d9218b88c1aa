import type { CardKind } from '../../src/holders/card-kind.ts'
import { printEn } from '../words/print-en.ts'
import { printVi } from '../words/print-vi.ts'
import type { PrintWords } from '../words/print-words.ts'
import { drawText } from './fit-text.ts'
import { addPage, mm, drawPdf } from './pdf-document.ts'

/** Whose PIN it is, and of which card. */
export interface SlipHead {
  readonly name: string
  readonly kind: CardKind
  /** The house that issues the card; in both languages, as configured. */
  readonly operator: { readonly vi: string; readonly en: string }
  readonly at: Date
}

/** A sheet of A5 lying down: folded once, with the PIN inside, it goes into a window envelope. */
const page = { widthMm: 210, heightMm: 148 } as const
const [ink, muted, accent] = ['#1d1d1f', '#55565a', '#8f1616']
const left = 18
const width = page.widthMm - 2 * left

/** Characters that are there anyway: a PIN never becomes a text of its own. */
const digits = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'] as const

/**
 * The slip as a PDF. What it returns holds the PIN: the caller overwrites it, and the PIN itself.
 *
 * @param pin - ASCII digits
 */
export function pinSlipPdf(pin: Buffer, head: SlipHead): Promise<Buffer> {
  const info = { title: printVi.slip.title, language: 'vi', at: head.at } as const
  return drawPdf(info, (document) => {
    addPage(document, page)
    drawHead(document, head)
    drawPin(document, pin)
    drawRules(document)
  })
}

function drawHead(document: PDFKit.PDFDocument, { name, kind, operator }: SlipHead): void {
  document.rect(0, 0, mm(page.widthMm), mm(6)).fill(accent)
  const line = { xMm: left, widthMm: width, minSize: 6, lines: 1, colour: muted } as const
  const house = [...new Set([operator.vi, operator.en])].join(' · ')
  drawText(document, house, { ...line, yMm: 12, weight: 'medium', size: 10 })
  const title = { ...line, yMm: 19, weight: 'bold', size: 20, colour: ink } as const
  const below = drawText(document, printVi.slip.title, title)
  drawText(document, printEn.slip.title, { ...line, yMm: below, weight: 'regular', size: 11 })
  const half = { ...line, widthMm: width / 2 - 4 }
  const labels = [
    { at: left, vi: printVi.slip.holder, en: printEn.slip.holder, value: name, small: null },
    {
      ...{ at: left + width / 2 + 4, vi: printVi.slip.card, en: printEn.slip.card },
      ...{ value: printVi.kinds[kind], small: printEn.kinds[kind] },
    },
  ]
  for (const { at, vi, en, value, small } of labels) {
    const cell = { ...half, xMm: at }
    drawText(document, `${vi} / ${en}`, { ...cell, yMm: 38, weight: 'regular', size: 8.5 })
    const text = { ...cell, yMm: 42.5, weight: 'bold', size: 14, minSize: 8, lines: 2 } as const
    const end = drawText(document, value, { ...text, colour: ink })
    if (small !== null) drawText(document, small, { ...cell, yMm: end, weight: 'regular', size: 9 })
  }
}

const box = { size: 16, gap: 4, top: 60 } as const

function drawPin(document: PDFKit.PDFDocument, pin: Buffer): void {
  const label = { xMm: left, widthMm: 40, minSize: 8, lines: 1 } as const
  drawText(document, printVi.slip.pin, {
    ...{ ...label, yMm: box.top + 2, weight: 'bold', size: 15, colour: accent },
  })
  drawText(document, printEn.slip.pin, {
    ...{ ...label, yMm: box.top + 9, weight: 'regular', size: 9.5, colour: muted },
  })
  const start = left + 42
  const size = Math.min(box.size, (left + width - start) / pin.length - box.gap)
  for (const [at, byte] of pin.entries()) {
    const x = start + at * (size + box.gap)
    document.roundedRect(mm(x), mm(box.top), mm(size), mm(box.size), mm(1.5))
    document.lineWidth(1).stroke(accent)
    drawText(document, digits[byte - 0x30] ?? '', {
      ...{ xMm: x, yMm: box.top + 1.6, widthMm: size, weight: 'bold', size: 30, minSize: 24 },
      ...{ lines: 1, colour: ink, align: 'center' },
    })
  }
}

function drawRules(document: PDFKit.PDFDocument): void {
  document.moveTo(mm(left), mm(83)).lineTo(mm(left + width), mm(83))
  document.lineWidth(0.5).stroke('#c9c9cc')
  const columns: readonly (readonly [number, PrintWords])[] = [
    [left, printVi],
    [left + width / 2 + 4, printEn],
  ]
  for (const [x, words] of columns) {
    let y = 87
    for (const [at, rule] of words.slip.rules.entries()) {
      const text = { widthMm: width / 2 - 10, size: 9, minSize: 6.5, lines: 3 } as const
      const style = { weight: 'regular', colour: ink } as const
      drawText(document, `${at + 1}.`, { ...text, ...style, xMm: x, yMm: y })
      y = drawText(document, rule, { ...text, ...style, xMm: x + 6, yMm: y }) + 1.2
    }
  }
  drawText(document, `${printVi.slip.secret} ${printEn.slip.secret}`, {
    ...{ xMm: left, yMm: 138, widthMm: width, weight: 'medium', size: 8.5, minSize: 6, lines: 1 },
    ...{ colour: accent },
  })
}
