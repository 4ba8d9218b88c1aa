import { describe, expect, it } from 'vitest'
import type { DemoCardId } from '../province.ts'
import { createVirtualReader } from './virtual-reader.ts'

describe('the virtual reader', () => {
  it('has one place: a second card takes the first away', () => {
    const { reader, slot } = openReader()
    reader.place('nguyen-van-mau')
    reader.place('tran-thi-vi-du')
    expect(slot).toEqual(['+nguyen-van-mau', '-', '+tran-thi-vi-du'])
    expect(reader.picture().cardOnReader).toBe('tran-thi-vi-du')
  })

  it('takes nothing away from an empty reader', () => {
    const { reader, slot } = openReader()
    reader.takeAway()
    expect(slot).toEqual([])
  })

  it('lifts too early once, then holds still', () => {
    const { reader } = openReader()
    reader.setLiftsEarly(true)
    reader.place('nguyen-van-mau')
    expect(reader.liftsNow()).toBe(true)
    expect(reader.picture()).toMatchObject({ cardOnReader: null, liftsEarly: false })
    reader.place('nguyen-van-mau')
    expect(reader.liftsNow()).toBe(false)
    expect(reader.picture().cardOnReader).toBe('nguyen-van-mau')
  })

  it('hands the typed PIN to whoever asked, and keeps nothing of it', async () => {
    const { reader } = openReader()
    const asked = reader.askPin(question, new AbortController().signal)
    expect(reader.picture().pinQuestion).toMatchObject({ number: '47', serial: 1 })
    expect(reader.answerPin('246810')).toBe(true)
    expect(await asked).toBe('246810')
    expect(JSON.stringify(reader.picture())).not.toContain('246810')
  })

  it('gives null when the question is withdrawn, and takes no answer after it', async () => {
    const { reader } = openReader()
    const withdrawn = new AbortController()
    const asked = reader.askPin(question, withdrawn.signal)
    withdrawn.abort()
    expect(await asked).toBeNull()
    expect(reader.picture().pinQuestion).toBeNull()
    expect(reader.answerPin('246810')).toBe(false)
  })

  it('tells each new question from the one before', async () => {
    const { reader } = openReader()
    const first = reader.askPin(question, new AbortController().signal)
    reader.answerPin(null)
    expect(await first).toBeNull()
    void reader.askPin(question, new AbortController().signal)
    expect(reader.picture().pinQuestion?.serial).toBe(2)
  })

  it('forgets the step with the request it belonged to', () => {
    const { reader } = openReader()
    const { application, number } = question
    reader.noteRequest({ application, office: null, number })
    reader.noteStep('reading', null)
    expect(reader.picture().request).toMatchObject({ number: '47', step: 'reading' })
    reader.noteRequest(null)
    reader.noteStep('signing', null)
    expect(reader.picture().request).toBeNull()
  })
})

const question = {
  application: { vi: 'Theo dõi ý kiến chỉ đạo', en: 'Follow-up of directives' },
  number: '47',
  triesLeft: 3,
  problem: null,
}

function openReader() {
  const slot: string[] = []
  const reader = createVirtualReader({
    insert: (card: DemoCardId) => slot.push(`+${card}`),
    remove: () => slot.push('-'),
  })
  return { reader, slot }
}
