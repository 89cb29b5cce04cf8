//! The sample CSV of the import page: the fields under the names that the wizard uses, with rows that show which
//! values are understood.

/// The sample, as UTF-8 with CRLF line ends.
pub const SAMPLE: &str = "First Name,Last Name,Email,Phone (Work),Phone (Mobile),Company,Title,Address,City,State,Zip Code,Country,Tag,Notes\r\n\
Ann,Ivers,ann.ivers@example.com,+1 202 555 0101,+1 202 555 0102,Harbour Tiles,Buyer,12 Canal Row,Portland,OR,97204,United States,\"customer, vip\",Met at the trade show\r\n\
Bob,Oduya,bob@example.org,+44 20 7946 0103 ext. 12,,Fen Trust,Clerk,\"5 Quay Street, Floor 2\",London,,EC1A 1BB,United Kingdom,press,\"Prefers email,\nnot phone\"\r\n\
Süleyman,Öztürk,s.oeztuerk@example.net,,+49 171 3920012,,,Am Bühl 12,Chemnitz,,09111,Germany,,\r\n";
