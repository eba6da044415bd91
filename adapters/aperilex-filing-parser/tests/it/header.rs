//! The SGML header of a submission.

use aperilex_filing_parser::Parser;
use aperilex_ports::{FilingContent, FilingParser as _, SectionState, SubmissionHeader};

use crate::support::{file, filing, parse, words};

const READABLE: &str = "-----BEGIN PRIVACY-ENHANCED MESSAGE-----\n\n<SEC-DOCUMENT>0000000001-20-000002.txt : 20200306\n\
<SEC-HEADER>0000000001-20-000002.hdr.sgml : 20200306
<ACCEPTANCE-DATETIME>20200305180342
ACCESSION NUMBER:\t\t0000000001-20-000002
CONFORMED SUBMISSION TYPE:\t8-K
PUBLIC DOCUMENT COUNT:\t\t3
CONFORMED PERIOD OF REPORT:\t20200302
ITEM INFORMATION:\t\tDeparture of Directors or Certain Officers; Election of Directors: Compensatory Arrangements
ITEM INFORMATION:\t\tFinancial Statements and Exhibits
ITEM INFORMATION:\t\tFinancial Statements and Exhibits
FILED AS OF DATE:\t\t20200306

SUBJECT COMPANY:

\tCOMPANY DATA:
\t\tCOMPANY CONFORMED NAME:\t\t\tFIRST & SONS: INC
\t\tCENTRAL INDEX KEY:\t\t\t0000000011
\t\tSTANDARD INDUSTRIAL CLASSIFICATION:\tMADE [UP] THINGS [3674]
\t\tEIN:\t\t\t\t94-3177549
\t\tSTATE OF INCORPORATION:\t\t\tDE
\t\tFISCAL YEAR END:\t\t\t0131

\tFILING VALUES:
\t\tFORM TYPE:\t\t8-K
\t\tSEC FILE NUMBER:\t000-23985

\tBUSINESS ADDRESS:
\t\tSTATE:\t\t\tCA

\tFORMER COMPANY:
\t\tFORMER CONFORMED NAME:\tSECOND CORP
\t\tDATE OF NAME CHANGE:\t20020612

\tFORMER COMPANY:
\t\tFORMER CONFORMED NAME:\tTHIRD CORP

FILED BY:
\t\tCOMPANY CONFORMED NAME:\t\t\tOther Person
\t\tIRS NUMBER:\t\t\t\t000000000
GROUP MEMBERS:\t\tA. Member
</SEC-HEADER>
";

const TAGGED: &str = "<SUBMISSION><ACCESSION-NUMBER>0000000001-03-000002<TYPE>8-K<PUBLIC-DOCUMENT-COUNT>1\
<PERIOD>20030302<ITEMS>5<ITEMS>7<FILING-DATE>20030306<FILER><COMPANY-DATA><CONFORMED-NAME>FIRST INC\
<CIK>0000000011<ASSIGNED-SIC>4833<IRS-NUMBER>580950695<STATE-OF-INCORPORATION>GA<FISCAL-YEAR-END>1231</COMPANY-DATA>\
<FILING-VALUES><FORM-TYPE>8-K<ACT>34<FILE-NUMBER>001-08911</FILING-VALUES><FORMER-COMPANY><FORMER-CONFORMED-NAME>OLD INC\
<DATE-CHANGED>19791016</FORMER-COMPANY></FILER><FILER><COMPANY-DATA><CONFORMED-NAME>SECOND LP<CIK>12</COMPANY-DATA></FILER>";

const BODY: &str =
    "<DOCUMENT><TYPE>8-K<SEQUENCE>1<TEXT>\nCURRENT REPORT of a company\n</TEXT></DOCUMENT>\n";

fn read(header: &str) -> SubmissionHeader {
    let submission = format!("{header}{BODY}");
    content(&submission).header.unwrap()
}

fn content(submission: &str) -> FilingContent {
    let files = vec![file("a.txt", None, submission), words()];
    Parser.parse(&filing("8-K", None, files)).unwrap()
}

#[test]
fn the_readable_spelling() {
    let header = read(READABLE);
    assert_eq!(
        header.accession.unwrap().to_string(),
        "0000000001-20-000002"
    );
    assert_eq!(header.form.unwrap().as_str(), "8-K");
    assert_eq!(header.documents, Some(3));
    assert_eq!(header.period.unwrap().to_string(), "2020-03-02");
    assert_eq!(header.filed.unwrap().to_string(), "2020-03-06");
    // As it is written, in New York time: the day before it counts as filed.
    assert_eq!(header.accepted.unwrap().to_string(), "2020-03-05T18:03:42");
    assert_eq!(header.items, ["5.02", "9.01"]);
    let roles: Vec<_> = header.parties.iter().map(|p| p.role.as_str()).collect();
    assert_eq!(roles, ["SUBJECT COMPANY", "FILED BY", "GROUP MEMBERS"]);
    let first = &header.parties[0];
    assert_eq!(first.name.as_deref(), Some("FIRST & SONS: INC"));
    assert_eq!(first.cik.unwrap().number(), 11);
    assert_eq!(first.sic, Some(3674));
    assert_eq!(first.ein.as_deref(), Some("943177549"));
    assert_eq!(first.state.as_deref(), Some("DE"));
    assert_eq!(first.fiscal_year_end.as_deref(), Some("0131"));
    assert_eq!(first.file_number.as_deref(), Some("000-23985"));
    assert_eq!(first.former_names, ["SECOND CORP", "THIRD CORP"]);
    assert_eq!(header.parties[1].ein, None);
    assert_eq!(header.parties[2].name.as_deref(), Some("A. Member"));
}

#[test]
fn the_tagged_spelling_without_line_ends() {
    for spelled in [TAGGED.to_owned(), TAGGED.replace('<', "\n<")] {
        let header = read(spelled.trim_start());
        assert_eq!(header.items, ["5", "7"]);
        assert_eq!(header.filed.unwrap().to_string(), "2003-03-06");
        let [first, second] = &header.parties[..] else {
            panic!("{:?}", header.parties);
        };
        assert_eq!(first.name.as_deref(), Some("FIRST INC"));
        assert_eq!(first.sic, Some(4833));
        assert_eq!(first.ein.as_deref(), Some("580950695"));
        assert_eq!(first.state.as_deref(), Some("GA"));
        assert_eq!(first.file_number.as_deref(), Some("001-08911"));
        assert_eq!(first.former_names, ["OLD INC"]);
        assert_eq!(second.name.as_deref(), Some("SECOND LP"));
        assert_eq!(second.cik.unwrap().number(), 12);
        assert!(second.former_names.is_empty());
    }
}

#[test]
fn a_header_may_stand_in_a_file_of_its_own() {
    let files = vec![
        file("a.hdr.sgml", None, READABLE),
        file("a.htm", Some("8-K"), "<p>Current report</p>"),
        words(),
    ];
    let content = Parser.parse(&filing("8-K", None, files)).unwrap();
    assert_eq!(content.header.unwrap().items, ["5.02", "9.01"]);
    assert_eq!(content.documents.len(), 2);
}

#[test]
fn what_only_quotes_a_header_has_none() {
    for text in [
        "Page 1\n<SEC-HEADER>x\nACCESSION NUMBER: 0000000001-20-000002\n</SEC-HEADER>",
        "<html><p>of the filing</p><DOCUMENT><SEC-HEADER>\nFILED AS OF DATE: 20200306\n",
        "<p>plain</p>",
    ] {
        assert_eq!(parse("8-K", text).header, None, "{text}");
    }
}

#[test]
fn the_period_is_that_of_the_header_or_the_cover() {
    let asked = |content: &FilingContent| {
        let missing = |s: &&aperilex_ports::Section| s.state == SectionState::NotFound;
        let mut missing = content.sections.iter().filter(missing);
        missing.any(|section| section.key.item == "1C")
    };
    let body = "<p>Item 1. Business</p><p>We make things.</p>";
    let cover = |year: u16| {
        format!(
            "<html><p><ix:nonNumeric name=\"dei:DocumentPeriodEndDate\" contextRef=\"c\" \
             format=\"ixt:date-monthname-day-year-en\">December 31, {year}</ix:nonNumeric></p>{body}</html>"
        )
    };
    assert!(asked(&parse("10-K", cover(2024))));
    assert!(!asked(&parse("10-K", cover(2020))));
    let submission = |year: u16| {
        format!(
            "<SEC-HEADER>\nCONFORMED PERIOD OF REPORT: {year}1231\n</SEC-HEADER>\n<DOCUMENT><TYPE>10-K<TEXT>{body}</TEXT></DOCUMENT>"
        )
    };
    assert!(asked(&parse("10-K", submission(2024))));
    assert!(!asked(&parse("10-K", submission(2020))));
}
