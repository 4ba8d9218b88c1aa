import { existsSync } from 'node:fs'
import { mkdtemp, open, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { textOfPdf } from '../../test/support/pdf-text.ts'
import { cardKinds } from '../../src/holders/card-kind.ts'
import { slipPins } from '../desk/slip-pin.ts'
import { readFaceTemplates } from './card-faces.ts'
import { drawFaces, type FaceContent } from './draw-face.ts'
import { readFaceTemplate } from './face-template.ts'
import { fitText } from './fit-text.ts'
import { mm } from './pdf-document.ts'
import { maxPhotoBytes, readPhoto } from './read-photo.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ecard-print-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const at = new Date('2026-03-02T01:30:00Z')
const operator = { vi: 'Ủy ban nhân dân tỉnh Minh Họa', en: 'Minh Hoa Province' }
/** One grey pixel. */
const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==',
  'base64',
)
const mau: FaceContent = {
  ...{ kind: 'civil-servant', cardUuid: '6f1c2a34-0d5e-4f60-9b7a-2c3d4e5f6071' },
  ...{ name: 'Nguyễn Văn Mẫu', office: 'Sở Tư pháp', position: 'Chuyên viên', taxCode: null },
  ...{ expiresAt: new Date('2031-03-02T01:30:00Z'), photo: null },
}

async function draw(name: string, faces: readonly FaceContent[]): Promise<string> {
  const path = join(folder, name)
  await drawFaces(path, faces, { templates: await readFaceTemplates(), operator: operator.vi, at })
  return path
}

describe('a card face', () => {
  it('says who, where, which card and until when, on pages of card size', async () => {
    const path = await draw('face.pdf', [{ ...mau, photo: png }])
    const text = await textOfPdf(path)
    for (const part of ['THẺ ĐIỆN TỬ CÔNG CHỨC', 'ỦY BAN NHÂN DÂN TỈNH MINH HỌA', mau.name])
      expect(text).toContain(part)
    for (const part of ['Sở Tư pháp', 'Chuyên viên', 'Giá trị đến: 02/03/2031', '6F1C2A34-0D5E'])
      expect(text).toContain(part)
    const pdf = (await readFile(path)).toString('latin1')
    const boxes = [...pdf.matchAll(/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]/g)]
    expect(boxes).toHaveLength(2)
    for (const [, width, height] of boxes) {
      expect(Number(width)).toBeCloseTo(mm(85.6), 1)
      expect(Number(height)).toBeCloseTo(mm(53.98), 1)
    }
    expect((await stat(path)).mode & 0o777).toBe(0o600)
  })

  it('has a template for every kind, and says of a firm its tax code', async () => {
    for (const kind of cardKinds) expect(await readFaceTemplate(kind)).toMatchObject({ kind })
    const firm = { ...mau, kind: 'enterprise', name: 'Công ty TNHH Ví Dụ' } as const
    const path = await draw('firm.pdf', [{ ...firm, taxCode: '0012345678' }])
    expect(await textOfPdf(path)).toContain('Mã số thuế: 0012345678')
  })

  it('shrinks and breaks a long name before it cuts it, and keeps its marks in NFC', () => {
    const widthOf = (text: string, size: number) => Array.from(text).length * size * 0.5
    const box = { widthMm: 50, size: 12, minSize: 6, lines: 2 }
    const long = 'Công Tằng Tôn Nữ Nguyễn Thị Hoàng Phượng Quỳnh Ví Dụ'.normalize('NFD')
    const { lines, size } = fitText(long, box, widthOf)
    expect(lines.join(' ')).toBe(long.normalize('NFC'))
    expect(lines).toHaveLength(2)
    expect(size).toBeLessThan(12)
    const endless = fitText('dài '.repeat(99), box, widthOf)
    expect(endless).toMatchObject({ size: 6 })
    expect(endless.lines).toHaveLength(2)
    expect(endless.lines[1]).toMatch(/…$/)
    for (const line of endless.lines) expect(widthOf(line, 6)).toBeLessThanOrEqual(mm(50))
  })

  it('leaves no file where a photograph turns out to be damaged, nor over one that is there', async () => {
    const damaged = Buffer.concat([Buffer.from('ffd8ff', 'hex'), Buffer.from('no image')])
    await expect(draw('damaged.pdf', [mau, { ...mau, photo: damaged }])).rejects.toMatchObject({
      code: 'PHOTO_UNREADABLE',
    })
    expect(existsSync(join(folder, 'damaged.pdf'))).toBe(false)
    await expect(draw('face.pdf', [mau])).rejects.toMatchObject({ code: 'DUPLICATE' })
  })
})

describe('a photograph', () => {
  it('of 40 MB is refused by its size, before it is read', async () => {
    const path = join(folder, 'large.jpg')
    const file = await open(path, 'w')
    await file.write(Buffer.from('ffd8ff', 'hex'))
    await file.truncate(40 * 1024 * 1024)
    await file.close()
    await expect(readPhoto(path)).rejects.toMatchObject({
      code: 'PHOTO_TOO_LARGE',
      facts: { limit: maxPhotoBytes },
    })
  })

  it('is JPEG or PNG by what is in it', async () => {
    const path = join(folder, 'photo.jpg')
    await writeFile(path, png)
    expect(await readPhoto(path)).toEqual(png)
    await writeFile(path, '<svg/>')
    await expect(readPhoto(path)).rejects.toMatchObject({ code: 'PHOTO_UNREADABLE' })
    await expect(readPhoto(folder)).rejects.toMatchObject({ code: 'PHOTO_UNREADABLE' })
  })
})

describe('a PIN slip', () => {
  const head = { name: 'Trần Thị Ví Dụ', kind: 'citizen', operator, at } as const
  const rules = { minDigits: 8, refuseSimple: true }

  it('is there when the card is, for its owner alone, and says the PIN in both languages', async () => {
    const path = join(folder, 'slip.pdf')
    const pins = slipPins(path, head)
    const pin = await pins.choose(rules)
    expect(existsSync(path)).toBe(false)
    await pins.keep()
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    const text = await textOfPdf(path)
    expect(text.replace(/\s/g, '')).toContain(pin.toString('latin1'))
    for (const part of ['Phiếu mã PIN', 'PIN slip', head.name, 'Thẻ điện tử công dân'])
      expect(text).toContain(part)
    expect(existsSync(`${path}.draft`)).toBe(false)
    expect(() => slipPins(path, head)).toThrow(expect.objectContaining({ code: 'DUPLICATE' }))
  })

  it('is gone where no card came of it', async () => {
    const path = join(folder, 'none.pdf')
    const pins = slipPins(path, head)
    await pins.choose(rules)
    await pins.discard()
    expect([path, `${path}.draft`].filter(existsSync)).toEqual([])
  })
})
