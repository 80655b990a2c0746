import { describe, expect, test } from 'vitest'
import { type Insert, insertOne, insertTogether } from '../../src/store/insert.ts'

const guest = (name: string, table: number | null): Insert => ({
  table: 'guests',
  row: { name, at: table },
  key: ['name'],
  update: 'set at = excluded.at',
})

const dish = (name: string): Insert => ({ table: 'dishes', row: { name }, key: ['name'] })

const onOneLine = (text: string) => text.replaceAll(/\s+/g, ' ')

describe('rows on their way into their tables', () => {
  test('each have a statement of their own, one by one', () => {
    const { text, values } = insertOne(guest('Ana', 3))
    expect(onOneLine(text)).toBe(
      'insert into guests (name, at) values (?, ?) on conflict (name) do update set at = excluded.at',
    )
    expect(values).toEqual(['Ana', 3])
  })

  test('stay as they are where nothing is said of those that are there', () => {
    expect(onOneLine(insertOne(dish('soup')).text)).toMatch(/ on conflict \(name\) do nothing$/)
  })

  test('have one statement for each table, together', () => {
    const [guests, dishes, ...more] = insertTogether([
      guest('Ana', 3),
      dish('soup'),
      guest('Rui', null),
    ])
    expect(onOneLine(guests.text)).toBe(
      'insert into guests (name, at) select name, at ' +
        'from json_to_recordset(?::text::json) as given (name text, at numeric) ' +
        'on conflict (name) do update set at = excluded.at',
    )
    expect(guests.values).toEqual(['[{"name":"Ana","at":3},{"name":"Rui","at":null}]'])
    expect(dishes.values).toEqual(['[{"name":"soup"}]'])
    expect(more).toEqual([])
  })

  test('go into the next statement where they come again, in their order', () => {
    const statements = insertTogether([guest('Ana', 3), guest('Rui', 4), guest('Ana', 5)])
    expect(statements.map(({ values }) => values)).toEqual([
      ['[{"name":"Ana","at":3},{"name":"Rui","at":4}]'],
      ['[{"name":"Ana","at":5}]'],
    ])
  })

  test('lose what no text of a database can have', () => {
    expect(insertTogether([dish('so\0up \ud83d')])[0].values).toEqual(['[{"name":"soup \ufffd"}]'])
    expect(insertOne(dish('so\0up \ud83d')).values).toEqual(['soup \ufffd'])
  })
})
