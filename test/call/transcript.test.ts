import { describe, expect, it } from 'vitest'
import {
  addWords,
  cutLine,
  finishLine,
  type NewLine,
  placeLine,
  type Transcript,
} from '../../src/call/transcript.ts'

const agent = (itemId: string, previousItemId?: string): NewLine => ({
  itemId,
  speaker: 'agent',
  atMs: 0,
  previousItemId,
})
const caller = (itemId: string, previousItemId?: string): NewLine => ({
  ...agent(itemId, previousItemId),
  speaker: 'caller',
})
const said = (transcript: Transcript) =>
  transcript.map(({ speaker, text }) => `${speaker}: ${text}`)

describe('a transcript', () => {
  it('places the words of the caller where they were said, however late they come', () => {
    let lines: Transcript = []
    lines = placeLine(lines, caller('item_1'))
    lines = placeLine(lines, agent('item_2', 'item_1'))
    lines = finishLine(lines, agent('item_2'), 'Of course.')
    lines = finishLine(lines, caller('item_1'), 'May I book a table?')
    expect(said(lines)).toEqual(['caller: May I book a table?', 'agent: Of course.'])
  })

  it('places an item that it hears of late after the one it follows', () => {
    let lines: Transcript = []
    lines = placeLine(lines, agent('item_1'))
    lines = placeLine(lines, agent('item_3', 'item_2'))
    lines = placeLine(lines, caller('item_2', 'item_1'))
    expect(lines.map(({ itemId }) => itemId)).toEqual(['item_1', 'item_2', 'item_3'])
  })

  it('grows a line word by word and then takes the whole text for it', () => {
    let lines = addWords([], agent('item_1'), 'Good ')
    lines = addWords(lines, agent('item_1'), 'eve')
    expect(lines[0]).toMatchObject({ text: 'Good eve', final: false })
    lines = finishLine(lines, agent('item_1'), 'Good evening.')
    expect(lines[0]).toMatchObject({ text: 'Good evening.', final: true })
  })

  it('cuts a line after the last whole word that was heard, and it stays cut', () => {
    let lines = addWords([], agent('item_1'), 'We are open until nine tonight')
    lines = cutLine(lines, 'item_1', 600, 1_000)
    expect(lines[0]).toMatchObject({ text: 'We are open until', final: true, heardMs: 600 })
    lines = addWords(lines, agent('item_1'), ' and tomorrow')
    lines = finishLine(lines, agent('item_1'), 'We are open until nine tonight and tomorrow.')
    expect(lines[0].text).toBe('We are open until')
  })

  it.each([
    [0, ''],
    [0.3, ''],
    [0.4, 'Good'],
    [0.999, 'Good'],
    [1, 'Good evening'],
  ])('keeps of two words at a share of %d', (share, text) => {
    const lines = addWords([], agent('item_1'), 'Good evening')
    expect(cutLine(lines, 'item_1', share * 1_000, 1_000)[0].text).toBe(text)
  })

  it('keeps nothing of a line that had no audio', () => {
    const lines = addWords([], agent('item_1'), 'Good evening')
    expect(cutLine(lines, 'item_1', 0, 0)[0].text).toBe('')
  })
})
