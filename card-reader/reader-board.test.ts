import { beforeEach, describe, expect, it } from 'vitest'
import { createReaderBoard, type ReaderBoard } from './reader-board.ts'

let board: ReaderBoard
/** Whether a card was shown, after each change. */
let shown: boolean[]

beforeEach(() => {
  board = createReaderBoard()
  shown = []
  board.onChange(() => {
    shown.push(board.readers().some(({ cardPresent }) => cardPresent))
  })
})

function see(cardPresent: boolean, eventCount: number): void {
  board.put('Desk', { cardPresent, storageCard: false, eventCount })
}

describe('the reader board', () => {
  it('shows readers and cards as they come and go', () => {
    see(false, 0)
    see(true, 1)
    see(false, 2)
    board.remove('Desk')
    expect(shown).toEqual([false, true, false, false])
    expect(board.readers()).toEqual([])
  })

  it('says nothing where nothing changed', () => {
    see(true, 1)
    see(true, 1)
    board.remove('Another')
    expect(shown).toEqual([true])
  })

  it('shows a card that was lifted and put back between two looks as lifted first', () => {
    see(true, 1)
    see(true, 3)
    expect(shown).toEqual([true, false, true])
  })

  it('takes a reset of our own for no new tap, once', () => {
    see(true, 1)
    board.expectReset('Desk')
    see(true, 2)
    expect(shown).not.toContain(false)
    see(true, 4)
    expect(shown).toContain(false)
  })

  it('marks a storage card', () => {
    board.put('Desk', { cardPresent: true, storageCard: true, eventCount: 1 })
    expect(board.readers()).toEqual([{ name: 'Desk', cardPresent: true, storageCard: true }])
  })

  it('stops telling who asked it to', () => {
    const heard: number[] = []
    const stop = board.onChange(() => heard.push(1))
    see(false, 0)
    stop()
    see(true, 1)
    expect(heard).toHaveLength(1)
  })
})
