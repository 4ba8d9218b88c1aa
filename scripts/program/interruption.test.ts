import { EventEmitter } from 'node:events'
import { beforeEach, describe, expect, it } from 'vitest'
import {
  Interrupted,
  interruptedStatus,
  stoppingByItself,
  untilInterrupted,
  watchInterruption,
} from './interruption.ts'

let keyboard: EventEmitter
let ended: number[]
let announced: number

beforeEach(() => {
  keyboard = new EventEmitter()
  ended = []
  announced = 0
  watchInterruption({
    source: keyboard,
    exit: (status) => void ended.push(status),
    announce: () => void (announced += 1),
  })
})

const never = (): Promise<never> => new Promise(() => undefined)

describe('Ctrl+C', () => {
  it('lets a command release what it holds before it ends', async () => {
    const released: string[] = []
    const command = (async () => {
      try {
        await untilInterrupted(never)
      } finally {
        released.push('connection')
      }
    })()
    keyboard.emit('SIGINT')
    await expect(command).rejects.toBeInstanceOf(Interrupted)
    expect(released).toEqual(['connection'])
    expect(announced).toBe(1)
    expect(ended).toEqual([])
  })

  it('ends the process at once where nothing is held, and at the second time', async () => {
    keyboard.emit('SIGINT')
    expect(ended).toEqual([interruptedStatus])
    const command = untilInterrupted(never)
    keyboard.emit('SIGINT')
    await expect(command).rejects.toBeInstanceOf(Interrupted)
    keyboard.emit('SIGINT')
    expect(ended).toEqual([interruptedStatus, interruptedStatus])
  })

  it('only tells work that can stop by itself, and leaves the rest alone', async () => {
    const command = untilInterrupted(() =>
      stoppingByItself(
        (signal) =>
          new Promise<string>((resolve) => {
            signal.addEventListener('abort', () => {
              resolve('stopped after the card in hand')
            })
          }),
      ),
    )
    keyboard.emit('SIGINT')
    expect(await command).toBe('stopped after the card in hand')
    expect(ended).toEqual([])
  })

  it('has no say in work that is done', async () => {
    expect(await untilInterrupted(() => Promise.resolve('done'))).toBe('done')
    keyboard.emit('SIGINT')
    expect(ended).toEqual([interruptedStatus])
  })
})
