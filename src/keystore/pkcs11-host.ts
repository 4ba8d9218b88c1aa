import { fork, type ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { type AppError, Duplicate, KeystoreUnavailable } from '../errors.ts'
import { hsmFault, type TokenAddress } from './hsm-fault.ts'
import type { Pkcs11Answers, Pkcs11Order } from './pkcs11-orders.ts'
import type { FromProcess, ToProcess } from './pkcs11-process.ts'

/** How long the HSM may take before it counts as away, in milliseconds. */
export interface Pkcs11Patience {
  readonly answerMs: number
  /** An HSM may look for the primes of an RSA key for a minute. */
  readonly generateMs: number
}

/**
 * Gives orders to the process that talks to the HSM, one at a time. The process is started when it
 * is first needed, and anew when it has ended; it is ended when an answer does not come.
 */
export class Pkcs11Host {
  readonly #address: TokenAddress
  readonly #patience: Pkcs11Patience
  #process: ChildProcess | null = null
  #last: Promise<unknown> = Promise.resolve()
  /** How often an answer did not come. */
  #silences = 0

  constructor(address: TokenAddress, patience: Pkcs11Patience) {
    this.#address = address
    this.#patience = patience
  }

  /**
   * Who waited behind an order that was not answered is refused with it: nobody waits for the same
   * silence twice.
   *
   * @throws KeystoreUnavailable
   * @throws Duplicate
   */
  async ask<O extends Pkcs11Order>(order: O): Promise<Pkcs11Answers[O['verb']]> {
    const silences = this.#silences
    const answered = this.#last.then(() => {
      if (silences !== this.#silences) throw this.#away('no-answer')
      return this.#exchange(order)
    })
    this.#last = answered.catch(() => undefined)
    return (await answered) as Pkcs11Answers[O['verb']]
  }

  /** Ends the process. A later order starts another. */
  close(): void {
    this.#process?.kill('SIGKILL')
    this.#process = null
  }

  #exchange(order: Pkcs11Order): Promise<unknown> {
    const child = (this.#process ??= this.#start())
    return new Promise((resolve, reject) => {
      const onMessage = (message: FromProcess) => {
        settle()
        if ('answer' in message) resolve(message.answer)
        else reject(errorOf(message.fault))
      }
      const onEnd = () => {
        settle()
        reject(this.#away('module-ended'))
      }
      const onSilence = () => {
        settle()
        this.#silences++
        this.close()
        reject(this.#away('no-answer'))
      }
      const settle = () => {
        clearTimeout(timer)
        child.off('message', onMessage).off('close', onEnd)
        child.channel?.unref()
      }
      const timer = setTimeout(onSilence, this.#patienceWith(order))
      child.on('message', onMessage).on('close', onEnd)
      child.channel?.ref()
      send(child, order)
    })
  }

  #patienceWith({ verb }: Pkcs11Order): number {
    return verb === 'generate' ? this.#patience.generateMs : this.#patience.answerMs
  }

  #start(): ChildProcess {
    const child = fork(fileURLToPath(new URL('./pkcs11-process.ts', import.meta.url)), [], {
      execArgv: ['--import', import.meta.resolve('tsx')],
      // Bytes stay bytes on the way.
      serialization: 'advanced',
      // What a module prints is not for our log: some print every call with its PIN.
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    })
    child.on('error', () => child.kill('SIGKILL'))
    child.on('close', () => {
      if (this.#process === child) this.#process = null
    })
    // It must not keep us from ending; between orders neither must the channel.
    child.unref()
    child.channel?.unref()
    send(child, this.#address)
    return child
  }

  #away(reason: string): KeystoreUnavailable {
    return hsmFault('hsm-unreachable', { token: this.#address.token, reason })
  }
}

function send(child: ChildProcess, message: ToProcess): void {
  // A process that has just ended is told by its `close`.
  child.send(message, () => undefined)
}

function errorOf({ code, message, facts }: Pick<AppError, 'code' | 'message' | 'facts'>): AppError {
  if (code === 'DUPLICATE') return new Duplicate(message, facts)
  return new KeystoreUnavailable(message, facts)
}
