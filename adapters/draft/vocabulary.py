"""What do exports call our columns? Headers by table and column, without blanks, signs, accents and capitals."""

from collections.abc import Mapping

_ACCOUNT_ID = (
    "accountid customerid clientid companyid organizationid organisationid accountnumber customernumber customerno "
    "accountexternalid customerexternalid companyexternalid associatedcompanyids associatedcompanyidsprimary "
    "dealorganizationid "
    "accountnameid customercode accountref accountreference kundennummer kundennr kundenid debitor kunde "
    "codeclient idclient nclient noclient numeroclient numerodeclient selltocustomerno billtocustomerno ac acref "
    "debtorcode debtornumber"
)
_ACCOUNT_NAME = (
    "account accountname customer customername company companyname organization organizationname potentialcustomer "
    "client clientname customerfullname kundenname firma societe nomclient raisonsociale selltocustomername "
    "debtorname"
)
_ACCOUNT = f"{_ACCOUNT_ID} {_ACCOUNT_NAME}"
IDS_OF_ACCOUNTS = frozenset(_ACCOUNT_ID.split())
NAMES_OF_ACCOUNTS = frozenset(_ACCOUNT_NAME.split()) - {"account"}
"""Headers of an account's id, and of what it is called beside that; beside an id, an account may be one of a ledger."""
_MANAGER = (
    "managerid ownerid owneruserid accountownerid accountmanagerid hubspotownerid csmid supportrepid salesrepid "
    "accountowner accountmanager owner csm customersuccessmanager successmanager csmname accountmanagername ownername "
    "salesperson salesrep rep mitarbeiter betreuer kundenbetreuer commercial responsable"
)
_SELLER = (
    "sellerid salesrepid salespersonid employeeid ownerid opportunityownerid seller salesagent salesperson salesrep "
    "salespersoncode opportunityowner dealowner dealownerid owner createdby soldby vendeur commercial"
)
_CURRENCY = "currency currencycode currencyisocode currencyofvalue transactioncurrency waehrung wahrung devise"
_STARTS = (
    "startson startdate start from fromdate validfrom begindate effectivefrom effectivestartdate startdateutc startutc "
    "beginn vertragsbeginn laufzeitbeginn startdatum gultigab debut datedebut datededebut dateeffet datedeffet"
)
_ENDS = (
    "endson enddate end to todate validto until effectiveto effectiveenddate endedatutc terminationdate ende "
    "vertragsende laufzeitende enddatum gultigbis fin "
    "datefin datedefin echeance datedecheance"
)
_PRODUCT = (
    "product productname productservice productservicefullname plan planname planid item itemname sku "
    "stockcode productid productcode productplan artikel "
    "produit article offre formule itemcode inventoryitemcode"
)
_TIER = "tier plantier edition package level"
_QUANTITY = "quantity qty seats licenses licences units planquantity menge quantite"

SYNONYMS: Mapping[str, Mapping[str, str]] = {
    "accounts": {
        "account_id": f"{_ACCOUNT_ID} recordid id gsid {_ACCOUNT_NAME}",
        "name": "accountname companyname customername name company account organizationname firma nom nomclient "
        "nomduclient raisonsociale societe entreprise",
        "parent_id": "parentid parentaccountid parentaccount parentcompanyid masterrecordid subsidiaryof parent",
        "segment": "segment customersegment accountsegment size companysize accounttype",
        "industry": "industry sector branche secteur secteurdactivite",
        "region": "region territory salesregion area country billingcountry land pays",
        "created_on": "createdon createddate createdate created signupdate customersince createdutc angelegtam "
        "datecreation datedecreation",
    },
    "managers": {
        "manager_id": (
            "userid employeeid ownerid repid salesrepid salesagent mitarbeiter managerid recordid id personalnummer "
            "matricule commercial"
        ),
        "name": "name fullname username employeename ownername repname salesagent displayname nom nomcomplet",
        "email": "email emailaddress mail workemail courriel adressemail",
        "team": "team teamname department regionaloffice office userrole abteilung equipe",
        "reports_to": "reportsto managerid manager reportstoid supervisor supervisorid vorgesetzter superieur",
        "starts_on": "startson startdate hiredate hiredon joinedon eintritt dateentree datedentree",
        "ends_on": "endson enddate terminationdate leftdate lefton austritt datesortie datedesortie",
    },
    "ownership": {
        "account_id": _ACCOUNT,
        "manager_id": f"{_MANAGER} userid employeeid newvalue",
        "starts_on": f"{_STARTS} assignedon assigneddate since",
        "ends_on": f"{_ENDS} unassignedon",
        "share": "share split splitpercent percent percentage allocation weight",
    },
    "contracts": {
        "line_id": (
            "lineid subscriptionid contractid contractlineid subscriptionitemid contractnumber id vertragsnummer "
            "ncontrat nocontrat numerocontrat numerodecontrat contrat"
        ),
        "account_id": _ACCOUNT,
        "product": _PRODUCT,
        "tier": _TIER,
        "quantity": _QUANTITY,
        "list_price": "listprice unitprice planunitprice price listenpreis prixunitaire prixcatalogue",
        "discount": "discount discountpercent discountrate rabatt remise",
        "amount": (
            "netamount amount mrr mrramount monthlyrecurringrevenue arr arramount recurringamount acv annualvalue "
            "nettobetrag betrag montantht montant annualcontractvalue tcv totalcontractvalue contractvalue vertragswert"
        ),
        "currency": _CURRENCY,
        "every": (
            "every interval billinginterval billingperiod billingfrequency billingcycle frequency term intervall "
            "abrechnungsintervall zahlungsintervall turnus periodicite frequence"
        ),
        "starts_on": f"{_STARTS} contractstart subscriptionstart startedat contractstartdate activatedon activatedat",
        "ends_on": f"{_ENDS} contractend subscriptionend contractenddate expirydate expiresat",
        "signed_on": "signedon signeddate signaturedate bookedon closedate datesignature datedesignature",
        "status": "status state subscriptionstatus contractstatus statut etat",
        "cancelled_on": (
            "cancelledon canceledon cancelledat canceledat cancellationdate canceldate noticedate noticeon "
            "kuendigungsdatum dateresiliation datederesiliation"
        ),
        "past_due_on": "pastdueon pastduesince overduesince pastdueat",
        "discount_ends": "discountends istemporarydiscount",
        "trial": "trial istrial",
        "end_reason": (
            "endreason churnreason cancellationreason cancelreason lossreason lostreason reasonlost "
            "cancellationfeedback terminationreason kuendigungsgrund kundigungsgrund motifresiliation "
            "motifderesiliation"
        ),
        "renews": "renews renewssubscription previoussubscriptionid renewalof replaces",
        "seller_id": _SELLER,
    },
    "invoices": {
        "line_id": (
            "lineid invoicelineid invoiceid invoiceno invoicenumber orderlineid orderid opportunityid dealid recordid "
            "transactionid id rechnungsnummer rechnungsnr belegnummer belegnr documentno creditnotenumber creditnoteno "
            "creditmemono "
            "nfacture nofacture numerofacture numerodefacture facture"
        ),
        "account_id": f"{_ACCOUNT} contactname",
        "dated_on": (
            "datedon invoicedate date orderdate closedate closingdate closedon actualclosedate wontime transactiondate "
            "billingdate issuedate postingdate rechnungsdatum belegdatum datum datefacture datedefacture "
            "datecommande datedecommande creditnotedate creditmemodate dateissued documentdate"
        ),
        "amount": (
            "netamount lineamount linesubtotal itemtotal linetotal net amount subtotal nettobetrag netto montantht "
            "totalht betrag montant lineamountexclvat lineamountexcltax amountexclvat "
            "invoiceamount value dealvalue closevalue revenue actualrevenue totalamount total"
        ),
        "currency": _CURRENCY,
        "product": _PRODUCT,
        "tier": _TIER,
        "quantity": _QUANTITY,
        "kind": "kind type invoicetype linetype transactiontype documenttype belegart",
        "seller_id": _SELLER,
        "cost": "cost costs cogs costofgoods cout",
    },
    "answers": {
        "account_id": _ACCOUNT,
        "respondent": "respondent contactid respondentid contact email responder",
        "answered_on": (
            "answeredon responsedate respondedat answerdate submittedat recordeddate surveydate closedat createdat date"
        ),
        "asked_on": "askedon surveysentdate sentdate senton sentat invitedat invitationdate requestedat",
        "kind": "kind surveytype type",
        "score": "score rating npsscore nps csat csatscore satisfactionscore satisfactionrating answer stars",
        "scale": "scale",
    },
    "activities": {
        "account_id": _ACCOUNT,
        "dated_on": "datedon activitydate usagedate eventdate date day occurredat timestamp",
        "kind": "kind activitytype activity event eventname featurename type metric",
        "value": "value count usagecount quantity events",
    },
    "milestones": {
        "account_id": _ACCOUNT,
        "dated_on": "datedon milestonedate date completedon reachedon",
        "kind": "kind milestone milestonename stage type",
    },
    "costs": {
        "period": "period quarter quartal trimestre periode",
        "kind": "kind costtype category type",
        "account_id": _ACCOUNT_ID,
        "team": "team department",
        "amount": "amount cost spend betrag montant cout",
        "currency": _CURRENCY,
    },
    "targets": {
        "manager_id": f"{_MANAGER} employeeid userid",
        "metric": "metric measure kpi targettype kennzahl indicateur",
        "period": "period quarter fiscalquarter quartal zeitraum trimestre periode",
        "value": "value target targetvalue quota goal zielwert ziel objectif cible",
        "recorded_at": "recordedat agreedon agreedat vereinbartam",
    },
    "exclusions": {
        "account_id": _ACCOUNT,
        "manager_id": _MANAGER,
        "starts_on": _STARTS,
        "ends_on": f"{_ENDS} expireson expiry",
        "reason": "reason exclusionreason grund motif",
        "approved_by": "approvedby approver genehmigtvon",
        "approved_on": "approvedon approvaldate genehmigtam",
        "note": "note comment bemerkung",
    },
    "rates": {
        "currency": _CURRENCY,
        "dated_on": "datedon date validfrom ratedate startdate",
        "rate": "rate exchangerate conversionrate fxrate ratetoeur ratetousd ratetogbp kurs taux tauxdechange cours",
    },
}
"""The likelier name stands first. Names that mean the thing itself precede those that mean what it is called."""

CREDIT_NOTES = "creditnote creditmemo gutschrift avoir"
"""What a list of credits is called."""
FILE_WORDS: Mapping[str, str] = {
    "accounts": "account customer compan client kunden",
    "managers": "user manager employee salesteam rep staff people mitarbeiter commerciaux",
    "ownership": "ownerhistory ownership assignment accountowner accounthistory territory",
    "contracts": "subscription contract recurring licens licenc vertr contrat abonnement",
    "invoices": "invoice order deal opportunit pipeline sales transaction rechnung facture commande " + CREDIT_NOTES,
    "answers": "nps csat survey answer response satisfaction ticket",
    "activities": "usage activit event login",
    "milestones": "milestone onboarding",
    "costs": "cost spend cout",
    "targets": "target quota goal ziel objectif",
    "exclusions": "exclusion exception ausnahme",
    "rates": "exchangerate rate fx currency taux",
}
"""What is in the name of a file that holds the table."""
