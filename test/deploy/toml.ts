/** Reads TOML, as much of it as fly.toml uses: tables, lists of tables, and a string, whole number or boolean on one line. */

/** Values by their whole path: `http_service.internal_port`, `http_service.checks[0].path`. */
export type Toml = Readonly<Record<string, string | number | boolean>>

/** Reads a document. Throws with the line on what it does not know, and on a key that is there twice. */
export const parseToml = (text: string): Toml => {
  const values: Record<string, string | number | boolean> = {}
  const sizes: Record<string, number> = {}
  let table = ''
  text.split('\n').forEach((line, at) => {
    const [, list, header, key, value] = LINE.exec(line) ?? []
    if (list !== undefined) {
      sizes[list] = (sizes[list] ?? 0) + 1
      table = `${list}[${sizes[list] - 1}].`
    } else if (header !== undefined) {
      table = `${header}.`
    } else if (key !== undefined && !(table + key in values)) {
      values[table + key] = JSON.parse(value)
    } else if (!BLANK.test(line)) {
      throw new Error(`line ${at + 1}: ${key ? `${key} is there twice` : `cannot read ${line}`}`)
    }
  })
  return values
}

const BLANK = /^\s*(#.*)?$/
const LINE =
  /^\s*(?:\[\[([\w.]+)\]\]|\[([\w.]+)\]|(\w+) = ("[^"\\]*"|-?\d+|true|false))\s*(?:#.*)?$/
