/**
 * The schema of both kinds of file for editors: with `# yaml-language-server: $schema=../schema.json` on top of a customer file,
 * an editor completes keys, shows what they do and underlines mistakes while one types.
 *
 * https://github.com/redhat-developer/yaml-language-server#using-inlined-schema
 */
import { z } from 'zod'
import { customerSchema } from './customer.ts'
import { serviceSchema } from './service.ts'

type JsonSchema = z.core.JSONSchema.JSONSchema

/** Writes the JSON Schema, as it stands in `config/schema.json`. A file with a key of the service is held for `tandem.yaml`. */
export const renderJsonSchema = (): string => {
  const service = draft7(serviceSchema)
  const schema: JsonSchema = {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Tandem configuration',
    if: { anyOf: Object.keys(service.properties ?? {}).map((key) => ({ required: [key] })) },
    then: { $ref: '#/$defs/service' },
    else: { $ref: '#/$defs/customer' },
    $defs: { customer: draft7(customerSchema), service },
  }
  return `${JSON.stringify(schema, undefined, 2)}\n`
}

// The language server speaks draft 7. Zod bounds every whole number by what a double can hold, which helps nobody.
const draft7 = (schema: z.ZodType): JsonSchema => {
  const { $schema: _, '~standard': __, ...rest }: JsonSchema = z.toJSONSchema(schema, {
    io: 'input',
    target: 'draft-07',
    override: ({ jsonSchema }) => {
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum
    },
  })
  return rest
}
