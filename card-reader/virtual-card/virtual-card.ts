/**
 * A PIV card in software, faithful on the wire and worthless as a vault: its file holds the private
 * keys in the clear. This folder shares no parser with the PIV library beside it, so that an error
 * in one cannot hide in the other.
 */
import { existsSync } from 'node:fs'
import { randomBytes } from 'node:crypto'
import { atrOf, behaviourSchema, type Behaviour } from './behaviour.ts'
import { blankState, type CardState } from './card-state.ts'
import { Faults, PulledAway } from './faults.ts'
import { carryOut } from './instructions.ts'
import { LinkLayer } from './link-layer.ts'
import { freshSession, type CardContext, type Session } from './session.ts'
import { noStore, stateFile, type StateStore } from './state-file.ts'

export interface CardOptions {
  /** Where the card lives; without it the card is forgotten when the program ends. */
  readonly file?: string
  /** For witnesses, challenges and the serial number. Default: the operating system's. */
  readonly randomBytes?: (count: number) => Buffer
  /** Differences from the default behaviour. */
  readonly behaviour?: Partial<Behaviour>
}

/** A card's file is already there. */
export class CardExists extends Error {
  constructor(path: string) {
    super(`${path} is there already`)
    this.name = 'CardExists'
  }
}

export class VirtualCard {
  readonly faults = new Faults()
  readonly #state: CardState
  readonly #store: StateStore
  readonly #randomBytes: (count: number) => Buffer
  #session: Session = freshSession()
  #link = new LinkLayer()

  private constructor(
    state: CardState,
    options: { store: StateStore; randomBytes: (count: number) => Buffer },
  ) {
    this.#state = state
    this.#store = options.store
    this.#randomBytes = options.randomBytes
  }

  /**
   * A blank card: no keys, no objects, the factory's PIN `123456`, PUK `12345678` and management
   * key.
   *
   * @throws CardExists instead of overwriting a card
   */
  static create(options: CardOptions = {}): VirtualCard {
    const { file, randomBytes: random = randomBytes, behaviour = {} } = options
    if (file !== undefined && existsSync(file)) throw new CardExists(file)
    const store = file === undefined ? noStore : stateFile(file)
    const state = blankState(random(4).readUInt32BE(), behaviourSchema.parse(behaviour))
    store.save(state)
    return new VirtualCard(state, { store, randomBytes: random })
  }

  /**
   * A card from its file. One program at a time may hold it: the file is read here and written at
   * each change.
   *
   * @throws NotACardFile, or the file system's error
   */
  static open(options: Omit<CardOptions, 'file' | 'behaviour'> & { file: string }): VirtualCard {
    const store = stateFile(options.file)
    const random = options.randomBytes ?? randomBytes
    return new VirtualCard(store.load(), { store, randomBytes: random })
  }

  /** What the reader reports when the card is powered on. */
  get atr(): Buffer {
    return atrOf(this.#state.behaviour)
  }

  /** A copy: what is changed in it does not reach the card. */
  get state(): CardState {
    return structuredClone(this.#state)
  }

  /** Changes how the card behaves from the next command on, and keeps that. */
  configure(changes: Partial<Behaviour>): void {
    this.#state.behaviour = behaviourSchema.parse({ ...this.#state.behaviour, ...changes })
    this.#save()
  }

  /**
   * One command APDU in, one response out, at once. Whatever presents the card adds
   * `faults.delayMs`.
   *
   * @throws PulledAway when a fault says so; the card is then powered off
   */
  transmit(apdu: Buffer): Buffer {
    const fault = this.faults.takeNext()
    if (fault?.kind === 'pulled-away' && !fault.executed) throw this.#pulledAway()
    const response = this.#link.transmit(
      apdu,
      (command) => carryOut(this.#context(), command),
      this.#state.behaviour,
    )
    if (fault?.kind === 'pulled-away') throw this.#pulledAway()
    return fault === null ? response : fault.answer
  }

  /** Forgets selection, PIN, administrator, unfinished chains and answers. */
  powerOff(): void {
    this.#session = freshSession()
    this.#link = new LinkLayer()
  }

  /** The reader's warm reset: to the card the same as power-off. */
  reset(): void {
    this.powerOff()
  }

  #pulledAway(): PulledAway {
    this.powerOff()
    return new PulledAway()
  }

  #context(): CardContext {
    return {
      state: this.#state,
      session: this.#session,
      faults: this.faults,
      randomBytes: this.#randomBytes,
      save: () => {
        this.#save()
      },
    }
  }

  #save(): void {
    this.#store.save(this.#state)
  }
}
