import type { IssuedPass } from '../../src/passes/issue-pass.ts'
import { inGroups } from '../../src/passes/pass-code.ts'
import { civilTime } from '../words/civil-time.ts'
import { passEn } from '../words/pass-en.ts'
import { passVi } from '../words/pass-vi.ts'
import { drawText } from './fit-text.ts'
import { addPage, mm, writePdf } from './pdf-document.ts'

export interface PassSlip {
  readonly path: string
  readonly at: Date
  /** The house that runs the service, in both languages. */
  readonly operator: { readonly vi: string; readonly en: string }
}

/**
 * Makes a pass and a slip to hand over, both languages on it. The slip's file, of mode 0600, is
 * there before the pass is made.
 *
 * @throws Duplicate when the file is there, and as `issue` does
 */
export async function issueWithSlip(
  { path, at, operator }: PassSlip,
  issue: () => Promise<IssuedPass>,
): Promise<IssuedPass> {
  const made: IssuedPass[] = []
  await writePdf(path, { title: passVi.slip.title, language: 'vi', at }, async (document) => {
    const issued = await issue()
    drawSlip(document, issued, operator)
    made.push(issued)
  })
  const [issued] = made
  if (issued === undefined) throw new Error('the slip was written before there was a pass')
  return issued
}

/** A sheet of A6 lying down. */
const page = { widthMm: 148, heightMm: 105 } as const
const [ink, muted, accent] = ['#1d1d1f', '#55565a', '#8f1616']
const left = 12
const width = page.widthMm - 2 * left
const line = { xMm: left, widthMm: width, minSize: 6, lines: 1 } as const

function drawSlip(
  document: PDFKit.PDFDocument,
  { pass, holder, code }: IssuedPass,
  operator: PassSlip['operator'],
): void {
  addPage(document, page)
  document.rect(0, 0, mm(page.widthMm), mm(4)).fill(accent)
  const house = [...new Set([operator.vi, operator.en])].join(' · ')
  drawText(document, house, { ...line, yMm: 8, weight: 'medium', size: 8, colour: muted })
  const title = `${passVi.slip.title} / ${passEn.slip.title}`
  drawText(document, title, { ...line, yMm: 13, weight: 'bold', size: 14, colour: ink })
  const valid = `${civilTime(pass.validFrom)} – ${civilTime(pass.validUntil)}`
  drawLabelled(document, 'holder', { yMm: 23, value: holder.displayName })
  const below = drawLabelled(document, 'code', { yMm: 36, value: '' })
  drawGroups(document, inGroups(code).split(' '), below)
  drawLabelled(document, 'valid', { yMm: 56, value: valid })
  drawRules(document)
}

/** @returns where the value ends, in millimetres from the top */
function drawLabelled(
  document: PDFKit.PDFDocument,
  label: 'holder' | 'code' | 'valid',
  { yMm, value }: { readonly yMm: number; readonly value: string },
): number {
  const text = { ...line, weight: 'regular', size: 7.5, colour: muted } as const
  const names = `${passVi.slip[label]} / ${passEn.slip[label]}`
  const below = drawText(document, names, { ...text, yMm })
  if (value === '') return below
  const bold = { ...line, weight: 'bold', size: 12, colour: ink } as const
  return drawText(document, value, { ...bold, yMm: below })
}

/** Wide apart: one reads them aloud group by group. */
function drawGroups(document: PDFKit.PDFDocument, groups: readonly string[], yMm: number): void {
  for (const [at, group] of groups.entries()) {
    const box = { ...line, xMm: left + at * 32, widthMm: 32, yMm }
    drawText(document, group, { ...box, weight: 'bold', size: 28, colour: ink })
  }
}

function drawRules(document: PDFKit.PDFDocument): void {
  for (const [column, { slip }] of [passVi, passEn].entries()) {
    const half = { xMm: left + (column * width) / 2, widthMm: width / 2 - 3 }
    let yMm = 69
    for (const rule of [...slip.rules, slip.secret]) {
      const text = { ...half, yMm, weight: 'regular', size: 7, minSize: 5.5, lines: 3 } as const
      yMm = drawText(document, rule, { ...text, colour: ink }) + 0.8
    }
  }
}
