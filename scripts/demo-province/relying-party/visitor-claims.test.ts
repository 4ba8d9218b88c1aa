import { describe, expect, it } from 'vitest'
import { readVisitor } from './visitor-claims.ts'

describe('readVisitor', () => {
  it('names position and agency of a civil servant', () => {
    const agencies = [
      { code: 'MH-VP', name: 'Văn phòng', path: ['MH', 'MH-VP'], position: 'Chuyên viên' },
    ]
    const visitor = readVisitor({ name: 'Nguyễn Văn Mẫu', agencies, organisations: [] })
    expect(visitor).toEqual({ name: 'Nguyễn Văn Mẫu', office: 'Chuyên viên, Văn phòng' })
  })

  it('names an enterprise once, with its tax code', () => {
    const name = 'Công ty TNHH Ví Dụ'
    const organisations = [{ name, tax_code: '0000000201', position: null }]
    const visitor = readVisitor({ name, agencies: [], organisations })
    expect(visitor).toEqual({ name, office: 'MST 0000000201' })
  })

  it('shows nothing of what it cannot read', () => {
    expect(readVisitor({ name: 7, agencies: 'none' })).toEqual({ name: null, office: '' })
  })
})
