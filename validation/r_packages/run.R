# Runs MSoutcomes or msprog over the courses of a folder. Nothing of remyelin is needed.
# Rscript run.R FOLDER PACKAGE reads visits.csv, relapses.csv and settings.csv there, and writes
# theirs_PACKAGE.csv and versions_PACKAGE.csv.

given <- commandArgs(trailingOnly = TRUE)
folder <- given[1]
package <- given[2]
suppressPackageStartupMessages(library(package, character.only = TRUE))

visits <- read.csv(file.path(folder, "visits.csv"))
relapses <- read.csv(file.path(folder, "relapses.csv"))
settings <- read.csv(file.path(folder, "settings.csv"), check.names = FALSE)
settings <- settings[settings$package == package, ]
start <- as.Date("2000-01-01")

since_relapse <- function(case, day) {
  onsets <- relapses$day[relapses$case == case & relapses$day <= day]
  if (length(onsets) == 0) NA else day - max(onsets)
}

dated <- data.frame(
  ID = visits$case,
  dateEDSS = format(start + visits$day),
  EDSS = visits$edss,
  FSpyr = visits$pyramidal, FScrbl = visits$cerebellar, FSbstem = visits$brainstem,
  FSsens = visits$sensory, FSsph = visits$bowel_bladder, FSvis = visits$visual,
  FScereb = visits$mental, FSamb = visits$ambulation,
  daysPostRelapse = mapply(since_relapse, visits$case, visits$day)
)
for (name in c("EDSS", "FSpyr", "FScrbl", "FSbstem", "FSsens", "FSsph", "FSvis", "FScereb", "FSamb")) {
  dated[[paste0("b", name)]] <- NA_real_
}
dated$dateBlineVisit <- NA_character_
dated$base.date <- NA_character_

day_of <- function(date) as.numeric(as.Date(date) - start)
row <- function(case, status, event = NA, confirmed = NA, reference = NA) {
  data.frame(case = case, status = status, event_day = event,
             confirming_day = confirmed, reference_day = reference)
}

of_msoutcomes <- function(name, arguments, case) {
  one <- dated[dated$ID == case, ]
  found <- do.call(name, c(list(one), arguments))
  if (name == "spmsDx") {
    if (is.na(found$date.SPMS)) return(NULL)
    return(row(case, "event", day_of(found$date.SPMS)))
  }
  if (is.null(found) || nrow(found) == 0) return(NULL)
  row(case, "event", day_of(found$dateEDSS[1]), NA, day_of(found$base.date[1]))
}

of_msprog <- function(name, arguments, cases) {
  common <- list(data = visits[visits$case %in% cases, c("case", "day", "edss")],
                 relapse = relapses[relapses$case %in% cases, ],
                 subj_col = "case", value_col = "edss", date_col = "day", outcome = "edss",
                 date_format = "day", verbose = 0)
  arguments$outcome <- NULL
  if (name == "value_milestone") {
    found <- do.call(value_milestone, c(common, arguments))
    if (is.null(found$case)) found$case <- rownames(found)
    found <- found[found$observed == 1, ]
    return(if (nrow(found)) row(found$case, "event", as.numeric(found$time2event)))
  }
  more <- list(include_dates = TRUE, include_stable = FALSE)
  found <- do.call(MSprog, c(common, arguments, more))$results
  if (is.null(found) || nrow(found) == 0) return(NULL)
  sealed <- paste0(if (arguments$event == "firstPIRA") "PIRA_", "conf", arguments$conf_days, "_date")
  confirmed <- if (sealed %in% names(found)) as.numeric(found[[sealed]]) else NA
  row(found$case, "event", as.numeric(found$time2event), confirmed, as.numeric(found$bl_date))
}

quietly <- function(ask, name, arguments, case) {
  tryCatch(suppressMessages(suppressWarnings(ask(name, arguments, case))),
           error = function(problem) row(case, "error"))
}

made <- list()
for (number in seq_len(nrow(settings))) {
  asked <- settings[number, ]
  arguments <- eval(parse(text = asked$arguments))
  ask <- if (package == "msprog") of_msprog else of_msoutcomes
  cases <- unique(visits$case)
  groups <- if (package == "msprog") list(cases) else as.list(cases)
  found <- lapply(groups, function(group) quietly(ask, asked[["function"]], arguments, group))
  if (any(found[[1]]$status == "error")) {
    found <- lapply(cases, function(case) quietly(ask, asked[["function"]], arguments, case))
  }
  found <- do.call(rbind, found)
  if (!is.null(found)) made[[length(made) + 1]] <- cbind(setting = asked$setting, found)
  message(asked$setting)
}
theirs <- do.call(rbind, made)
written <- function(table, name) {
  path <- file.path(folder, paste0(name, "_", package, ".csv"))
  write.csv(table, path, row.names = FALSE, quote = FALSE, na = "")
}
written(theirs, "theirs")
written(data.frame(
  what = c("R", package),
  version = c(as.character(getRversion()), as.character(packageVersion(package)))
), "versions")
