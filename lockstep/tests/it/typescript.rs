//! The golden `index.ts` of every golden contract. `npm run test:goldens` in `ts-types` compiles them with every
//! supported compiler.

use crate::{assert_golden, golden_contracts, listed};
use lockstep::emit::typescript;
use lockstep::{output, parse};

#[test]
fn every_golden_contract_has_its_golden_typescript() {
    for contract in golden_contracts() {
        let api = parse::parse(&contract).unwrap_or_else(|errors| panic!("{}", listed(&errors)));
        assert_eq!(typescript::check(&api), []);
        let text = typescript::emit(&api, &output::header(&contract));
        assert_golden(&contract.with_extension("").join("index.ts"), &text);
    }
}
