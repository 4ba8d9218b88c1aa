import { Command } from 'commander'
import { addIssuances } from './card-issuances.ts'
import { addIssue } from './card-issue.ts'
import { addList } from './card-list.ts'
import { addPin } from './card-pin.ts'
import { addReadOutPuk } from './card-puk.ts'
import { addRead } from './card-read.ts'
import { addRenew } from './card-renew.ts'
import { addReplace } from './card-replace.ts'
import { addReset } from './card-reset.ts'
import { addShow } from './card-show.ts'
import { addStanding } from './card-standing.ts'

export function cardCommand(): Command {
  const card = new Command('card')
  addList(card)
  addShow(card)
  addIssue(card)
  addReplace(card)
  addRenew(card)
  addRead(card)
  addPin(card)
  addReadOutPuk(card)
  addReset(card)
  addIssuances(card)
  addStanding(card)
  return card
}
