import { mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { VirtualCard } from '../../../card-reader/virtual-card/virtual-card.ts'
import type { DemoCardId } from '../province.ts'

export function cardFile(folder: string, id: DemoCardId): string {
  return join(folder, `${id}.json`)
}

/** A blank card in a new file. */
export function createCard(file: string): VirtualCard {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  return VirtualCard.create({ file })
}

export function openCard(file: string): VirtualCard {
  return VirtualCard.open({ file })
}
