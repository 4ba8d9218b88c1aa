import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { createCardStore } from '../../src/cards/card-store.ts'
import type { Queryable } from '../../src/db/pool.ts'
import { NotFound } from '../../src/errors.ts'
import { createAgencyStore } from '../../src/holders/agency-store.ts'
import type { CardKind } from '../../src/holders/card-kind.ts'
import { createHolderStore } from '../../src/holders/holder-store.ts'
import { cardKinds } from '../../src/holders/card-kind.ts'
import type { BatchItem } from '../../src/batches/batch-store.ts'
import type { FaceContent } from './draw-face.ts'
import { readFaceTemplate, type FaceTemplate } from './face-template.ts'
import { printWords } from './print-language.ts'
import { PhotoUnreadable, readPhoto } from './read-photo.ts'

export async function readFaceTemplates(): Promise<Readonly<Record<CardKind, FaceTemplate>>> {
  const read = cardKinds.map(async (kind) => [kind, await readFaceTemplate(kind)] as const)
  return Object.fromEntries(await Promise.all(read)) as Record<CardKind, FaceTemplate>
}

/** What the registry says stands on the card, but for the photograph. @throws NotFound */
export async function faceOf(
  db: Queryable,
  cardUuid: string,
  photo: Buffer | null,
): Promise<FaceContent> {
  const card = isUuid(cardUuid) ? await createCardStore(db).find(cardUuid) : null
  const holder = card && (await createHolderStore(db).find(card.holderId))
  if (card === null || holder === null) throw new NotFound(printWords().noCard(cardUuid))
  const { kind, expiresAt } = card
  const post =
    kind === 'civil-servant' ? await postOf(db, holder.id) : { office: null, position: null }
  return {
    ...{ kind, cardUuid: card.cardUuid, expiresAt, photo, ...post, name: holder.displayName },
    taxCode: holder.type === 'organisation' ? holder.taxCode : null,
  }
}

/** The longest-standing post: as the certificate has it. */
async function postOf(db: Queryable, personId: string) {
  const posts = await createHolderStore(db).affiliationsOf(personId)
  const [post] = posts.filter(({ agencyId }) => agencyId !== null)
  const agency = post?.agencyId ? await createAgencyStore(db).find(post.agencyId) : null
  return { office: agency?.name ?? null, position: post?.position ?? null }
}

/**
 * The faces of a batch's cards, one after the other: hundreds of photographs are never held at once.
 *
 * @throws PhotoUnreadable also for a photograph that is not the one which was signed for
 */
export async function* facesOf(
  db: Queryable,
  items: readonly BatchItem[],
  photoFolder: string,
): AsyncGenerator<FaceContent> {
  for (const { cardUuid, photo } of items) {
    if (cardUuid === null) continue
    yield faceOf(db, cardUuid, photo && (await signedPhoto(photoFolder, photo)))
  }
}

async function signedPhoto(
  folder: string,
  { file, sha256 }: { readonly file: string; readonly sha256: string },
): Promise<Buffer> {
  const path = join(folder, file)
  const content = await readPhoto(path)
  if (createHash('sha256').update(content).digest('hex') !== sha256)
    throw new PhotoUnreadable(printWords().photoChanged(path), { fault: 'photo-changed' })
  return content
}

function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)
}
