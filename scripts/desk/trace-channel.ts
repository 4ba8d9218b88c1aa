import { performance } from 'node:perf_hooks'
import type { CardChannel } from '../../card-reader/card-port.ts'

/** Where an exchange is told: instruction, lengths, status word and time, and nothing of the data. */
export type Trace = (line: string) => void

/** The channel, with every exchange told. */
export function traced(channel: CardChannel, trace: Trace): CardChannel {
  return {
    transmit: async (command) => {
      const sent = describeCommand(command)
      const begin = performance.now()
      try {
        const response = await channel.transmit(command)
        const statusWord = response.subarray(-2).toString('hex').toUpperCase()
        trace(`${sent}  <- ${number(response.length - 2)}  ${statusWord}${since(begin)}`)
        return response
      } catch (error) {
        trace(`${sent}  <-    -  gone${since(begin)}`)
        throw error
      }
    },
    get exchanges() {
      return channel.exchanges
    },
    get bytes() {
      return channel.bytes
    },
  }
}

const instructions: Readonly<Record<number, string>> = {
  0x20: 'VERIFY',
  0x24: 'CHANGE REFERENCE DATA',
  0x2c: 'RESET RETRY COUNTER',
  0x47: 'GENERATE KEY PAIR',
  0x87: 'GENERAL AUTHENTICATE',
  0xa4: 'SELECT',
  0xc0: 'GET RESPONSE',
  0xcb: 'GET DATA',
  0xdb: 'PUT DATA',
  0xf7: 'GET METADATA',
  0xf8: 'GET SERIAL',
  0xf9: 'ATTEST',
  0xfa: 'SET RETRIES',
  0xfb: 'RESET',
  0xff: 'SET MANAGEMENT KEY',
}

/** The header's instruction and how much data follows it: the parameters name no secret either. */
function describeCommand(command: Buffer): string {
  const [, ins = 0, p1 = 0, p2 = 0, lc = 0] = command
  const parameters = Buffer.of(p1, p2).toString('hex').toUpperCase()
  const length = command.length > 5 ? lc : 0
  const name = (instructions[ins] ?? ins.toString(16)).padEnd(22)
  return `${name} ${parameters}  -> ${number(length)}`
}

function number(value: number): string {
  return String(value).padStart(3)
}

function since(begin: number): string {
  return `  ${(performance.now() - begin).toFixed(1).padStart(7)} ms`
}
