import type { BatchField } from '../../src/batches/prepare-batch.ts'
import { holderShape, type ListShape } from '../people/columns.ts'

/** A list of cards to be made: whose number, which kind, and what is special about them. */
export const batchShape: ListShape<BatchField> = {
  headers: {
    nationalNumber: holderShape.headers.nationalNumber,
    taxCode: holderShape.headers.taxCode,
    kind: ['Loại thẻ', 'Card kind', 'Loại', 'Kind', 'Thẻ'],
    pin: ['Mã PIN', 'PIN', 'Cách đặt mã PIN'],
    replaces: ['Thay thẻ số', 'Replaces', 'Thay thế', 'Thay thẻ', 'Thẻ bị thay'],
    photo: ['Ảnh', 'Photo', 'Ảnh chân dung', 'Tệp ảnh'],
  },
  needed: [['nationalNumber', 'taxCode'], ['kind']],
}
