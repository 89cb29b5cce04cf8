use super::*;
use crate::native::{LAST_VERSION, read_version, slot_of_header};
use proptest::prelude::*;

#[test]
fn headers_name_their_slots() {
    for (slot, place, header) in [
        ("email", 0, "Email"),
        ("email", 1, "Email 2"),
        ("phone:mobile", 0, "Phone (Mobile)"),
        ("phone:mobile", 2, "Phone (Mobile) 3"),
        ("zip_code:home", 0, "Zip Code (Home)"),
        ("custom:Shoe size", 0, "Custom: Shoe size"),
        ("tags", 0, "Tag"),
        ("website:x) 2", 0, "Website (x) 2)"),
    ] {
        let slot: Slot = slot.parse().unwrap();
        assert_eq!(
            header_of(&Column {
                slot: slot.clone(),
                place
            }),
            header
        );
        assert_eq!(slot_of_header(header), Some(slot));
    }
    assert_eq!(slot_of_header("Shoe size"), None);
}

#[test]
fn versions_that_no_clock_gives_are_none() {
    assert_eq!(version_text(0), "v0");
    assert_eq!(read_version("v0"), Some(0));
    for cell in ["", "v", "12", "v-1", "v1y2p0ij32e8e7", "v1y2p0ij32e8e8"] {
        assert_eq!(read_version(cell), None, "{cell}");
    }
}

proptest! {
    #[test]
    fn versions_read_back(version in 0..=LAST_VERSION) {
        prop_assert_eq!(read_version(&version_text(version)), Some(version));
    }
}
