// Values for any type of the metadata, each with its SCALE bytes. The bytes are made here from the
// type's definition alone, so that they can be held against what the client under test makes of them.

import { compactToU8a, stringCamelCase, stringToU8a, u8aConcat, u8aToHex } from '@polkadot/util';

/** Bits of the integers. */
const INTEGERS = { U8: 8, U16: 16, U32: 32, U64: 64, U128: 128 };

/** One value for each length that a compact integer can have. */
const COMPACT = [5n, 300n, 70_000n, 1n << 40n];

const TEXT = 'Grüße';

/** A type that contains itself would have samples without end. No type of ours does. */
const MAX_DEPTH = 24;

/** Makes samples: objects of a `value` as a client is given it, and the `bytes` it has to become. */
export class Samples {
  #lookup;
  #next = 1;

  constructor(registry) {
    this.#lookup = registry.lookup;
  }

  /**
   * Samples of the type with this id. Together they show every variant of every enum in it, absent and
   * present options, and empty and filled lists. Neighbours differ, so that none can take the other's
   * place unseen.
   */
  of(id, depth = 0) {
    const { def, path } = this.#lookup.getSiType(id);
    const name = path.map(String).join('::') || def.type;
    if (depth > MAX_DEPTH) throw new Error(`${name} contains itself`);
    const inner = (type) => this.of(type, depth + 1);
    switch (def.type) {
      case 'Primitive':
        return this.#primitive(def.asPrimitive.toString());
      case 'Compact':
        return this.#compact(def.asCompact.type);
      case 'Array':
        return this.#array(def.asArray, inner);
      case 'Sequence':
        return this.#sequence(def.asSequence, inner);
      case 'Tuple':
        return together(def.asTuple.map(inner)).map(asTuple);
      case 'Composite':
        return this.fields(def.asComposite.fields, depth);
      case 'Variant':
        return def.asVariant.variants.flatMap((variant) => this.#variant(name, variant, depth));
      default:
        throw new Error(`${name} is a ${def.type}, for which there are no samples yet`);
    }
  }

  /** Samples of the arguments of a call or the data of an event: arrays, one sample for each field. */
  rows(fields) {
    return together(fields.map((field) => this.of(field.type)));
  }

  /** Samples of a struct's fields, or of those of an enum's variant. */
  fields(fields, depth = 0) {
    const rows = together(fields.map((field) => this.of(field.type, depth + 1)));
    if (fields.length === 0) return [{ value: null, bytes: new Uint8Array() }];
    if (fields[0].name.isSome) {
      const names = fields.map((field) => stringCamelCase(field.name.unwrap().toString()));
      return rows.map((row) => ({
        value: Object.fromEntries(names.map((name, index) => [name, row[index].value])),
        bytes: joined(row),
      }));
    }
    // A wrapper of one value is shown as that value.
    return fields.length === 1 ? rows.map(([only]) => only) : rows.map(asTuple);
  }

  #variant(type, variant, depth) {
    const name = variant.name.toString();
    const index = Uint8Array.of(variant.index.toNumber());
    return this.fields(variant.fields, depth).map(({ value, bytes }) => ({
      value: type === 'Option' ? value : variant.fields.length === 0 ? name : { [name]: value },
      bytes: u8aConcat(index, bytes),
    }));
  }

  #primitive(name) {
    if (name === 'Bool') {
      return [false, true].map((value) => ({ value, bytes: Uint8Array.of(Number(value)) }));
    }
    if (name === 'Str') {
      const text = stringToU8a(TEXT);
      return [{ value: TEXT, bytes: u8aConcat(compactToU8a(text.length), text) }];
    }
    const bits = INTEGERS[name];
    if (!bits) throw new Error(`there are no samples of ${name} yet`);
    const bytes = this.#fresh(bits / 8);
    const value = bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
    return [{ value, bytes }];
  }

  #compact(id) {
    const { def } = this.#lookup.getSiType(id);
    // Parts of a whole, such as Permill, are compact as the integer in them.
    if (def.isComposite) return this.#compact(def.asComposite.fields[0].type);
    const bits = BigInt(INTEGERS[def.asPrimitive.toString()]);
    const values = COMPACT.filter((value) => value < 1n << bits);
    return values.map((value) => ({ value, bytes: compactToU8a(value) }));
  }

  #array({ len, type }, inner) {
    const length = len.toNumber();
    if (this.#isByte(type)) {
      const bytes = this.#fresh(length);
      return [{ value: u8aToHex(bytes), bytes }];
    }
    return [asTuple(Array.from({ length }, () => inner(type)[0]))];
  }

  #sequence({ type }, inner) {
    if (this.#isByte(type)) {
      return [0, 3].map((length) => {
        const bytes = this.#fresh(length);
        return { value: u8aToHex(bytes), bytes: u8aConcat(compactToU8a(length), bytes) };
      });
    }
    return [[], inner(type)].map((items) => ({
      value: items.map((item) => item.value),
      bytes: u8aConcat(compactToU8a(items.length), joined(items)),
    }));
  }

  #isByte(type) {
    const { def } = this.#lookup.getSiType(type);
    return def.isPrimitive && def.asPrimitive.isU8;
  }

  /** Bytes that go on counting where the last ones ended. */
  #fresh(length) {
    return Uint8Array.from({ length }, () => {
      const byte = this.#next;
      this.#next = (this.#next % 255) + 1;
      return byte;
    });
  }
}

/** From the samples of each field, rows with one of each: as many as it takes to show them all. */
function together(columns) {
  const length = Math.max(1, ...columns.map((column) => column.length));
  return Array.from({ length }, (_, row) => columns.map((column) => column[row % column.length]));
}

function asTuple(row) {
  return { value: row.map((item) => item.value), bytes: joined(row) };
}

function joined(row) {
  return u8aConcat(...row.map((item) => item.bytes));
}
